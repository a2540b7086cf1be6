"""What was fetched, kept outside of any study by the digest of what was asked.

Each question has a folder: the file that came, and ``fetched.json``, written last, which says when
and from where. A folder without it holds at most a part of a file, to go on from.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo_planner.folders import sha256_of, write_text

FOLDER_VARIABLE = "GEO_PLANNER_CACHE"
_NOTE = "fetched.json"
_DIGEST_CHARACTERS = 16


@dataclass(frozen=True)
class Stored:
    """Say what is kept of one question.

    Parameters
    ----------
    name
        Name of the file; None where the answer was that nothing is there.
    address
        Where it came from, without parameters.
    fetched_at
        When, in UTC.
    size_bytes
        Its size.
    sha256
        Digest of its bytes.
    rows
        Rows of a layer; None for files.
    etag, last_modified
        What the server calls this version of it.
    """

    name: str | None
    address: str
    fetched_at: datetime
    size_bytes: int = 0
    sha256: str = ""
    rows: int | None = None
    etag: str | None = None
    last_modified: str | None = None

    @property
    def age_days(self) -> int:
        """Whole days since it was fetched."""
        return (datetime.now(UTC) - self.fetched_at).days


@dataclass(frozen=True)
class Shelf:
    """Hold the folder of one question."""

    folder: Path

    def path(self, name: str) -> Path:
        """Name a file in it."""
        return self.folder / name

    def stored(self) -> Stored | None:
        """Read what is kept; None where nothing whole is."""
        try:
            plain = json.loads((self.folder / _NOTE).read_text("utf-8"))
            found = Stored(**plain | {"fetched_at": datetime.fromisoformat(plain["fetched_at"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None
        is_whole = found.name is None or (
            self.path(found.name).is_file()
            and self.path(found.name).stat().st_size == found.size_bytes
        )
        return found if is_whole else None

    def keep(self, name: str | None, address: str, **further: Any) -> Stored:
        """Note that a file is whole, or that nothing is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        measured: dict[str, Any] = {}
        if name is not None:
            file = self.path(name)
            measured = {"size_bytes": file.stat().st_size, "sha256": sha256_of(file)}
        kept = Stored(name, address, datetime.now(UTC), **measured, **further)
        self._write(kept)
        return kept

    def touch(self, kept: Stored) -> Stored:
        """Note that what is kept was found unchanged today."""
        again = Stored(**{**asdict(kept), "fetched_at": datetime.now(UTC)})
        self._write(again)
        return again

    def _write(self, kept: Stored) -> None:
        plain = asdict(kept) | {"fetched_at": kept.fetched_at.isoformat()}
        write_text(self.folder / _NOTE, json.dumps(plain, indent=1, ensure_ascii=False))


def store_folder() -> Path:
    """Name the folder of all that is fetched."""
    named = os.environ.get(FOLDER_VARIABLE)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(cache) / "geo_planner" / "fetched"


def shelf_of(question: Mapping[str, Any]) -> Shelf:
    """Give the folder of a question, named by its digest."""
    text = json.dumps(question, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_CHARACTERS]
    return Shelf(store_folder() / digest)

"""Files by address: only where they changed, on from where a connection ended, and looked at.

A file takes its name once all of it is there and begins as a file of its kind does: a page in
place of data, or a zip file without its end, is told as what it is.
"""

import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from geo_planner.fetching.asking import Asker, begins_page
from geo_planner.fetching.outcomes import address_of, failure, host_of
from geo_planner.fetching.store import Shelf, Stored
from geo_planner.folders import rename_on_disk
from geo_planner.reasons import Reason

if TYPE_CHECKING:
    import httpx

_PART = ".part"
_TAG = ".tag"
_PARTIAL = 206
_NOT_MODIFIED = 304
_UNSATISFIABLE = 416
_HEAD_BYTES = 1024
_PAGE_BYTES = 1 << 16
# first bytes by end of name; others are left to their readers
_BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    ".zip": (b"PK",),
    ".gpkg": (b"SQLite format 3",),
    ".tif": (b"II", b"MM"),
    ".tiff": (b"II", b"MM"),
    ".gz": (b"\x1f\x8b",),
    ".bz2": (b"BZh",),
    ".parquet": (b"PAR1",),
    ".json": (b"{", b"["),
    ".geojson": (b"{", b"["),
}


def fetch_file(asker: Asker, shelf: Shelf, name: str, *, url: str | None = None) -> Stored:
    """Fetch a file, unless the server says that it has not changed.

    Parameters
    ----------
    asker
        Asks the server.
    shelf
        Folder it is kept in.
    name
        Name it is kept under.
    url
        Address of the file; by default that of the asker.

    Raises
    ------
    FetchError
        When it is not reached, gone, cut short, or wants a key.
    SourceError
        When it is larger than allowed.
    """
    url = url or asker.url
    kept = shelf.stored()
    shelf.folder.mkdir(parents=True, exist_ok=True)
    part, tag = shelf.path(name + _PART), shelf.path(name + _TAG)

    def read(response: "httpx.Response") -> "httpx.Response":
        if response.status_code not in (_UNSATISFIABLE, _NOT_MODIFIED):
            _write(asker, response, part, tag)
        return response

    headers = partial(_headers, kept, part, tag)
    wanted = (_UNSATISFIABLE,) if part.exists() else ()
    response = asker.ask(url, read, headers=headers, wanted=wanted)
    if response.status_code == _NOT_MODIFIED and kept is not None:
        return shelf.touch(kept)
    if response.status_code == _UNSATISFIABLE:
        # the file there is shorter now than the part that came of it
        part.unlink(missing_ok=True)
        return fetch_file(asker, shelf, name, url=url)
    try:
        _require_kind(asker, str(response.url), part, name)
    finally:
        tag.unlink(missing_ok=True)
    rename_on_disk(part, shelf.path(name))
    return shelf.keep(
        name,
        address_of(url),
        etag=response.headers.get("etag"),
        last_modified=response.headers.get("last-modified"),
    )


def _headers(kept: Stored | None, part: Path, tag: Path) -> Mapping[str, str]:
    """Ask for what is missing of a file, or for one that is another than what is kept."""
    asked = {"Accept-Encoding": "identity"}
    if part.exists() and tag.exists():
        first = part.stat().st_size
        return asked | {"Range": f"bytes={first}-", "If-Range": tag.read_text("utf-8")}
    if kept is not None and kept.etag:
        return asked | {"If-None-Match": kept.etag}
    if kept is not None and kept.last_modified:
        return asked | {"If-Modified-Since": kept.last_modified}
    return asked


def name_of(url: str) -> str:
    """Name a file by the end of its address.

    Examples
    --------
    >>> name_of("https://example.org/data/bus%20lines.zip?v=2"), name_of("https://example.org/")
    ('bus lines.zip', 'data')
    """
    last = Path(unquote(urlsplit(url).path)).name
    kept = "".join(c for c in last if c.isprintable() and c not in '\\/:*?"<>|').lstrip(".")
    return kept or "data"


def _write(asker: Asker, response: "httpx.Response", part: Path, tag: Path) -> None:
    """Write what comes, after what was there; leave what came where the connection ends."""
    is_going_on = response.status_code == _PARTIAL and part.exists()
    version = response.headers.get("etag") or response.headers.get("last-modified") or ""
    n_before = part.stat().st_size if is_going_on else 0
    # a weak tag does not say that bytes are the same
    if version and not version.startswith("W/"):
        tag.write_text(version, "utf-8")
    else:
        tag.unlink(missing_ok=True)
    with part.open("ab" if is_going_on else "wb") as stream:
        for chunk in asker.chunks(response, n_before):
            stream.write(chunk)


def _require_kind(asker: Asker, url: str, part: Path, name: str) -> None:
    """Refuse a page, or a file that is not what its name says; nothing of it stays."""
    with part.open("rb") as stream:
        head = stream.read(_PAGE_BYTES)
    suffix = Path(name).suffix.lower()
    start = head[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \r\n\t")
    host = host_of(asker.url)
    try:
        if begins_page(head):
            raise asker.is_a_page(url, head)
        if not head:
            raise failure(
                asker.url, "cut_short", Reason("fetch_why_broken_off", host=host, bytes=0)
            )
        begins = _BEGINNINGS.get(suffix)
        if begins and not start.startswith(begins):
            why = Reason("fetch_why_no_data", host=host, expected=suffix.removeprefix("."))
            raise failure(asker.url, "layer_gone", why)
        if suffix == ".zip" and not zipfile.is_zipfile(part):
            n_bytes = part.stat().st_size
            why = Reason("fetch_why_broken_off", host=host, bytes=n_bytes)
            raise failure(asker.url, "cut_short", why)
    except OSError:
        part.unlink(missing_ok=True)
        raise

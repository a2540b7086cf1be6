"""Zip files, checked before they are unpacked: one made to fill the memory is refused."""

import errno
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from geo_planner.config import SourceLimits
from geo_planner.errors import SourceError
from geo_planner.sources.sizes import require_size
from geo_planner.words.english import sentence

# A real archive shrinks 5 to 30 times; a file made to fill the memory, a thousand times.
MAX_RATIO = 200
RATIO_MATTERS_FROM_BYTES = 100 * 10**6

DAMAGED = (
    OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError, ValueError
)  # fmt: skip


def members_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """List the files of an archive; a damaged one may hold some without a name."""
    return [info for info in archive.infolist() if info.filename and not info.is_dir()]


def refuse_bomb(path: Path, members: Iterable[zipfile.ZipInfo], limits: SourceLimits) -> None:
    """Refuse an archive that would unpack to an absurd size.

    Raises
    ------
    SourceError
        With the member or the sum that is too large.
    """
    total = 0
    for info in members:
        total += info.file_size
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > RATIO_MATTERS_FROM_BYTES and ratio > MAX_RATIO:
            raise SourceError(
                str(path),
                sentence("fault_bomb", file=info.filename, ratio=f"{ratio:.0f}", most=MAX_RATIO),
            )
    require_size(path, total, limits)


def unpackable(path: Path, error: Exception) -> SourceError:
    """Say why an archive cannot be unpacked."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SourceError(
            str(path),
            sentence("fault_no_room_unpacked", folder=tempfile.gettempdir()),
        )
    return SourceError(str(path), sentence("fault_zip", error=str(error)))

"""Zip files, checked before they are unpacked: one made to fill the memory is refused."""

import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from geo_planner.errors import SourceError

# A real archive shrinks 5 to 30 times; a file made to fill the memory, a thousand times.
MAX_RATIO = 200
RATIO_MATTERS_FROM_BYTES = 100 * 10**6

DAMAGED = (
    OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError, ValueError
)  # fmt: skip


def members_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """List the files of an archive; a damaged one may hold some without a name."""
    return [info for info in archive.infolist() if info.filename and not info.is_dir()]


def refuse_bomb(path: Path, members: Iterable[zipfile.ZipInfo], max_bytes: float) -> None:
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
                f"{info.filename} would unpack to {ratio:.0f} times its size (at most {MAX_RATIO} "
                "is believed): if it is right, unpack it yourself and give the folder",
            )
    if total > max_bytes:
        raise SourceError(
            str(path),
            f"would unpack to {total / 1e9:.1f} GB (at most {max_bytes / 1e9:.0f} GB): "
            "cut it to the region, or unpack it yourself and give the folder",
        )

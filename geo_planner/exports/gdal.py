"""What GDAL and SQLite say of a layer they cannot write, as an error of ours."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from geo_planner.errors import FolderError


@contextmanager
def layer_written(file: Path) -> Iterator[None]:
    """Write a layer within; a failure names the file and the room on its disk.

    Raises
    ------
    FolderError
        When it cannot be written; of a full disk they may say only that they failed.
    """
    try:
        yield
    except (DataSourceError, DataLayerError, FeatureError, sqlite3.OperationalError) as error:
        free_kb = shutil.disk_usage(file.parent).free // 1024
        words = f"a layer cannot be written ({error}). No space left on the disk?"
        raise FolderError(str(file.parent), f"{words} {free_kb} kB are free") from error

"""Finding the origins of a tile that cannot be measured, so that all others are.

Where measuring raises, the tile is halved at once, down to the origin at fault. Where it ends the
process, that is seen by the next attempt only: the receipt says what was in work when it ended.
That range is then measured in halves, each written into the receipt before it is begun, until one
origin is left; one that ends its process three times is passed over.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import pandas as pd

from geo_planner.batch.measuring import Desk
from geo_planner.batch.receipts import Receipt
from geo_planner.errors import FolderError, GeoPlannerError, RegionError

MOST_ISOLATED = 16
MOST_DEATHS = 3

Range = tuple[int, int]


def measured_apart(
    desk: Desk,
    origins: gpd.GeoSeries,
    threads: int,
    begun: Receipt,
    note: Callable[[Receipt], None],
) -> tuple[list[pd.DataFrame], list[dict[str, str]]]:
    """Measure the origins of a tile, and find those that cannot be.

    Parameters
    ----------
    desk, origins, threads
        What measures, from where, with so many searches at once.
    begun
        Receipt of this attempt, with the suspects of those before.
    note
        Keeps a receipt on disk.

    Returns
    -------
    tuple
        Rows in order, in parts; and the origins without, each with its reason.
    """
    failed = [
        {
            "id": str(origins.index[place]),
            "reason": f"measuring it ended the process {MOST_DEATHS} times",
        }
        for place in begun.killers
    ]
    n_killers, parts = len(failed), []
    for piece in pieces(len(origins), begun):
        if begun.suspect:
            deaths = begun.deaths if piece == begun.suspect else 0
            note(replace(begun, suspect=piece, deaths=deaths))
        some = origins.iloc[slice(*piece)]
        parts += _halved(desk, some, threads, failed, n_killers + MOST_ISOLATED)
    return parts, failed


def narrowed(receipt: Receipt, n_origins: int) -> Receipt:
    """Suspect what was in work when a process ended; pass one origin over in the end.

    Examples
    --------
    >>> once = narrowed(Receipt(suspect=(3, 4), deaths=1), 8)
    >>> (once.deaths, once.killers), narrowed(once, 8).killers
    ((2, ()), (3,))
    """
    start, stop = receipt.suspect or (0, n_origins)
    deaths = 0 if stop - start > 1 else receipt.deaths + 1
    if deaths < MOST_DEATHS:
        return replace(receipt, suspect=(start, stop), deaths=deaths)
    return replace(receipt, killers=(*receipt.killers, start), suspect=(), deaths=0)


def pieces(n_origins: int, receipt: Receipt) -> Iterator[Range]:
    """Cut a tile where a suspect range begins, is halved and ends, and round what is passed over.

    Examples
    --------
    >>> list(pieces(8, Receipt(suspect=(0, 8)))), list(pieces(8, Receipt(killers=(2,))))
    ([(0, 4), (4, 8)], [(0, 2), (3, 8)])
    """
    cuts = {0, n_origins}
    if receipt.suspect:
        start, stop = receipt.suspect
        cuts |= {start, (start + stop) // 2, stop}
    for place in receipt.killers:
        cuts |= {place, place + 1}
    for piece in pairwise(sorted(cuts)):
        if piece[0] not in receipt.killers:
            yield piece


def text_of(error: BaseException) -> str:
    """Say in a line what went wrong."""
    if isinstance(error, GeoPlannerError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or ''} {error.strerror or error}".strip()
    return f"{type(error).__name__}: {error}"


def _halved(
    desk: Desk,
    origins: gpd.GeoSeries,
    threads: int,
    failed: list[dict[str, str]],
    most_failed: int,
) -> list[pd.DataFrame]:
    """Measure origins together; where that raises, each half by itself, down to one."""
    try:
        return [desk.rows(origins, threads)]
    except (OSError, MemoryError, RegionError, FolderError):
        raise  # of the machine or the region, not of an origin
    except Exception as error:
        if len(origins) == 1:
            failed.append({"id": str(origins.index[0]), "reason": text_of(error)})
            return []
        if len(failed) >= most_failed:
            raise
    half = len(origins) // 2
    return [
        part
        for some in (origins.iloc[:half], origins.iloc[half:])
        for part in _halved(desk, some, threads, failed, most_failed)
    ]

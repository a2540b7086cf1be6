"""Tables written for others: result files by their ending, whole regions and runs by format."""

from typing import TYPE_CHECKING

from geo_planner.exports.results import (
    CREDITS_FILE,
    SUFFIXES,
    TABLE_SUFFIXES,
    ledger_path,
    require_suffix,
    sites_table,
    write_table,
)
from geo_planner.lazy import names_on_use

if TYPE_CHECKING:
    from geo_planner.exports.exporting import FORMATS, export

__all__ = [
    "CREDITS_FILE",
    "FORMATS",
    "SUFFIXES",
    "TABLE_SUFFIXES",
    "export",
    "ledger_path",
    "require_suffix",
    "sites_table",
    "write_table",
]

__getattr__ = names_on_use(
    __name__,
    {
        "exporting": ("FORMATS", "export"),
    },
)

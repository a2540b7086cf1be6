"""Tables written for others: result files by their ending, whole regions and runs by format."""

from geo_planner.exports.exporting import FORMATS, export
from geo_planner.exports.results import (
    CREDITS_FILE,
    SUFFIXES,
    TABLE_SUFFIXES,
    ledger_path,
    require_suffix,
    sites_table,
    write_table,
)

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

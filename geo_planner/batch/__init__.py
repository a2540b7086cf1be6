"""Batches: regions x scenarios x modes x times x origins, resumable, on one machine or on Dask."""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use

if TYPE_CHECKING:
    from geo_planner.batch.merging import merge_batch
    from geo_planner.batch.results import read_batch
    from geo_planner.batch.running import run_batch
    from geo_planner.batch.status import BatchStatus, batch_status
    from geo_planner.batch.validating import validate_batch

__all__ = [
    "BatchStatus",
    "batch_status",
    "merge_batch",
    "read_batch",
    "run_batch",
    "validate_batch",
]

__getattr__ = names_on_use(
    __name__,
    {
        "merging": ("merge_batch",),
        "results": ("read_batch",),
        "running": ("run_batch",),
        "status": ("BatchStatus", "batch_status"),
        "validating": ("validate_batch",),
    },
)

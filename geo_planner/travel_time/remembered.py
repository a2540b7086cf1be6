"""A router that keeps the blocks of its last question, for measures that sweep several times."""

from collections.abc import Iterator
from typing import Any

import geopandas as gpd

from geo_planner.findings import Finding
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.travel_time.blocks import Block
from geo_planner.travel_time.router import Router

MEMORY_BYTES = 2**30
_BYTES_A_COST = 4


class RememberedRouter:
    """Answer the same points again from memory, as long as the answer fits.

    Parameters
    ----------
    router
        Router that searches.
    memory_bytes
        Largest answer kept; a larger one is searched anew every time.
    """

    def __init__(self, router: Router, memory_bytes: int = MEMORY_BYTES) -> None:
        self._router = router
        self._memory_bytes = memory_bytes
        self._question: tuple[Any, ...] | None = None
        self._blocks: list[Block] = []
        self.columns = router.columns

    @property
    def engine(self) -> str:
        """How the last question was searched, if it was not answered from memory."""
        return self._router.engine

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was left out of the network, or is assumed in it."""
        return self._router.findings

    def snap_origins(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips start at; index = ids, CRS of the region."""
        return self._router.snap_origins(points)

    def snap_destinations(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips end at; index = ids, CRS of the region."""
        return self._router.snap_destinations(points)

    def blocks(
        self,
        origins: SnappedPoints,
        destinations: SnappedPoints,
        *,
        threads: int,
        max_time_s: float | None = None,
    ) -> Iterator[Block]:
        """Give the costs from each origin to every destination, block by block."""
        # the points are compared by identity: they are kept, so no other can take their place
        question = (id(origins), id(destinations), max_time_s)
        if self._question is not None and self._question[:3] == question:
            yield from self._blocks
            return
        kept: list[Block] = []
        size = len(origins) * len(destinations) * len(self.columns) * _BYTES_A_COST
        for block in self._router.blocks(
            origins, destinations, threads=threads, max_time_s=max_time_s
        ):
            if size <= self._memory_bytes:
                kept.append(block)
            yield block
        if size <= self._memory_bytes:
            self._question, self._blocks = (*question, origins, destinations), kept

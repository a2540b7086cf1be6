"""One face for every mode: snap points, then ask for blocks of travel times."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol

import geopandas as gpd

from geo_planner.config import TRANSIT_MODES, Mode, Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.region import Region
from geo_planner.travel_time.blocks import Block
from geo_planner.travel_time.inputs import require_mode
from geo_planner.travel_time.street import StreetRouter
from geo_planner.travel_time.transit import TransitRouter

__all__ = ["Block", "Router", "open_router"]


class Router(Protocol):
    """Promise what every mode's router can do."""

    columns: tuple[str, ...]

    @property
    def engine(self) -> str:
        """How the last question was searched."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was left out of the network, or is assumed in it."""
        ...

    def snap_origins(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips start at; index = ids, CRS of the region."""
        ...

    def snap_destinations(self, points: gpd.GeoSeries) -> SnappedPoints:
        """Link points that trips end at; index = ids, CRS of the region."""
        ...

    def blocks(
        self,
        origins: SnappedPoints,
        destinations: SnappedPoints,
        *,
        threads: int,
        max_time_s: float | None = None,
    ) -> Iterator[Block]:
        """Give the costs from each origin to every destination, block by block."""
        ...


def open_router(
    region: Region,
    mode: Mode,
    travel: Travel,
    *,
    is_expanded: bool = False,
    max_fares: Sequence[Decimal] | None = None,
) -> StreetRouter | TransitRouter:
    """Open the router of a mode.

    Parameters
    ----------
    region
        Network to travel on.
    mode
        A street mode, or one of public transport.
    travel
        Speeds, limits, window, percentiles.
    is_expanded
        Give every minute of a window a column; public transport only.
    max_fares
        Give each of these fares columns of its own; public transport only.

    Raises
    ------
    InputError
        When there is no such mode, the region lacks what it needs, the departure does not fit the
        timetable, or minutes or fares are asked of a street mode.
    """
    if require_mode(mode) in TRANSIT_MODES:
        return TransitRouter(region, travel, mode, is_expanded=is_expanded, max_fares=max_fares)
    if is_expanded or max_fares is not None:
        raise InputError(
            f"minutes of a window and fares belong to public transport, not to {mode}: "
            f"leave is_expanded and max_fares out, or take one of {', '.join(TRANSIT_MODES)}"
        )
    return StreetRouter(region, mode, travel)

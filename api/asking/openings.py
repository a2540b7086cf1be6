"""Networks laid out for questions, kept while there is room.

What was asked for last is dropped last. A region is known by its folder and digest.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

from geo_planner.accessibility import Reaching
from geo_planner.config import TRANSIT_MODES, USUAL_MODES, Mode, Travel
from geo_planner.config.travel import WINDOW_SETTINGS
from geo_planner.errors import GeoPlannerError
from geo_planner.isochrone import Isochrones
from geo_planner.itinerary import Itineraries
from geo_planner.region import Region, open_region

_MOST_REGIONS = 8
_MOST_OPENED = 24

T = TypeVar("T")


class Openings:
    """Open regions and what answers questions about them, each once."""

    def __init__(self) -> None:
        self._regions: OrderedDict[Hashable, Region] = OrderedDict()
        self._opened: OrderedDict[Hashable, Any] = OrderedDict()

    def region(self, folder: Path, digest: str) -> Region:
        """Open a region."""
        return _kept(self._regions, (folder, digest), _MOST_REGIONS, lambda: open_region(folder))

    def isochrones(self, region: Region, mode: Mode, travel: Travel) -> Isochrones:
        """Lay out isochrones of a mode; another window of the same travel takes over the rest."""
        first = self._keep(
            ("isochrones", region.digest, mode, _in_any_window(travel)),
            lambda: (travel, Isochrones(region, mode, travel)),
        )
        if first[0] == travel:
            return first[1]
        key = ("isochrones in a window", region.digest, mode, travel)
        return self._keep(key, lambda: Isochrones(region, mode, travel, like=first[1]))

    def reaching(self, region: Region, mode: Mode, travel: Travel) -> Reaching:
        """Lay out the counting of what is reached by a mode."""
        key = ("reaching", region.digest, mode, travel)
        return self._keep(key, lambda: Reaching(region, mode, travel))

    def itineraries(self, region: Region, mode: Mode, travel: Travel) -> Itineraries:
        """Lay out the finding of journeys by a mode."""
        key = ("itineraries", region.digest, mode, travel)
        return self._keep(key, lambda: Itineraries(region, mode, travel))

    def warm(self, folder: Path, digest: str, mode: Mode) -> None:
        """Lay out what the first questions of a study will need; leave out what it lacks."""
        try:
            region = self.region(folder, digest)
            travel = Travel.model_validate(region.study.get("travel", {}))
            isochrones = self.isochrones(region, mode, travel)
            if mode in TRANSIT_MODES:
                _ = isochrones.samples
            self.reaching(region, mode, travel)
        except GeoPlannerError:
            return

    def _keep(self, key: Hashable, make: Callable[[], T]) -> T:
        return _kept(self._opened, key, _MOST_OPENED, make)


def modes_of(region: Region) -> tuple[Mode, ...]:
    """Name the modes a region can answer, of those that are usual."""
    if not region.has("streets"):
        return ()
    has_timetable = region.has("stop_times")
    return tuple(mode for mode in USUAL_MODES if has_timetable or mode not in TRANSIT_MODES)


def _in_any_window(travel: Travel) -> Travel:
    usual = {name: Travel.model_fields[name].default for name in WINDOW_SETTINGS}
    return travel.model_copy(update=usual)


def _kept(kept: OrderedDict[Hashable, T], key: Hashable, most: int, make: Callable[[], T]) -> T:
    if key not in kept:
        kept[key] = make()
        while len(kept) > most:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]

"""Plan land use and commuting access: networks, travel times, access, sites, maps.

The public names are imported when they are first used, so that ``geo-planner --help`` answers at
once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo_planner.analysis import AnalysisResult, analyse, run
    from geo_planner.config import Study, Travel, read_study
    from geo_planner.region import Region, open_region
    from geo_planner.region.build import build_region
    from geo_planner.scenario import Scenario, apply_scenario, check_scenario, read_scenario
    from geo_planner.travel_time import TravelTimes, travel_times

__version__ = "0.1.0"

__all__ = [
    "AnalysisResult",
    "Region",
    "Scenario",
    "Study",
    "Travel",
    "TravelTimes",
    "analyse",
    "apply_scenario",
    "build_region",
    "check_scenario",
    "open_region",
    "read_scenario",
    "read_study",
    "run",
    "travel_times",
]

_HOMES = {
    "AnalysisResult": "analysis",
    "Region": "region",
    "Scenario": "scenario",
    "Study": "config",
    "Travel": "config",
    "TravelTimes": "travel_time",
    "analyse": "analysis",
    "apply_scenario": "scenario",
    "build_region": "region.build",
    "check_scenario": "scenario",
    "open_region": "region",
    "read_scenario": "scenario",
    "read_study": "config",
    "run": "analysis",
    "travel_times": "travel_time",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'geo_planner' has no attribute {name!r}")
    return getattr(import_module(f"geo_planner.{_HOMES[name]}"), name)

"""Plan land use and commuting access: networks, travel times, access, sites, maps.

The public names are imported when they are first used, so that ``geo-planner --help`` answers at
once.
"""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use
from geo_planner.version import __version__ as __version__

if TYPE_CHECKING:
    from geo_planner.accessibility import (
        Catchment,
        Reaching,
        access_of_points,
        balanced_floating_catchment,
        balancing_cost,
        cost_to_closest,
        cumulative,
        cumulative_access,
        floating_catchment_access,
        gravity,
        gravity_access,
        open_catchment,
        spatial_availability,
        spatial_availability_access,
        two_step_floating_catchment,
    )
    from geo_planner.analysis import (
        AnalysisResult,
        FoundSites,
        analyse,
        find_sites,
        read_result,
        run,
        settings_of,
    )
    from geo_planner.batch import BatchStatus, read_batch, run_batch
    from geo_planner.compare import Comparison, compare_results
    from geo_planner.config import Fares, Study, Travel, read_fares, read_study
    from geo_planner.exports import export
    from geo_planner.finder import (
        Assumptions,
        Feasibility,
        FoundGround,
        Relocation,
        SiteSearch,
        Staff,
        appraise_sites,
        find_ground,
        merged_staff,
        read_assumptions,
        read_staff,
        relocate,
        write_example_assumptions,
    )
    from geo_planner.isochrone import Isochrones
    from geo_planner.itinerary import Itineraries, find_itineraries
    from geo_planner.portfolio import (
        PortfolioLimits,
        PortfolioResult,
        portfolio_frame,
        solve_portfolio,
    )
    from geo_planner.preflight import Preflight, check_study
    from geo_planner.region import Region, open_region
    from geo_planner.region.build import build_region
    from geo_planner.region.example import example_region, write_example
    from geo_planner.report import write_briefs, write_comparison, write_report
    from geo_planner.scenario import Scenario, apply_scenario, check_scenario, read_scenario
    from geo_planner.travel_time import TravelTimes, travel_times
    from geo_planner.words.frames import in_words

__all__ = [
    "AnalysisResult",
    "Assumptions",
    "BatchStatus",
    "Catchment",
    "Comparison",
    "Fares",
    "Feasibility",
    "FoundGround",
    "FoundSites",
    "Isochrones",
    "Itineraries",
    "PortfolioLimits",
    "PortfolioResult",
    "Preflight",
    "Reaching",
    "Region",
    "Relocation",
    "Scenario",
    "SiteSearch",
    "Staff",
    "Study",
    "Travel",
    "TravelTimes",
    "access_of_points",
    "analyse",
    "apply_scenario",
    "appraise_sites",
    "balanced_floating_catchment",
    "balancing_cost",
    "build_region",
    "check_scenario",
    "check_study",
    "compare_results",
    "cost_to_closest",
    "cumulative",
    "cumulative_access",
    "example_region",
    "export",
    "find_ground",
    "find_itineraries",
    "find_sites",
    "floating_catchment_access",
    "gravity",
    "gravity_access",
    "in_words",
    "merged_staff",
    "open_catchment",
    "open_region",
    "portfolio_frame",
    "read_assumptions",
    "read_batch",
    "read_fares",
    "read_result",
    "read_scenario",
    "read_staff",
    "read_study",
    "relocate",
    "run",
    "run_batch",
    "settings_of",
    "solve_portfolio",
    "spatial_availability",
    "spatial_availability_access",
    "travel_times",
    "two_step_floating_catchment",
    "write_briefs",
    "write_comparison",
    "write_example",
    "write_example_assumptions",
    "write_report",
]

__getattr__ = names_on_use(
    __name__,
    {
        "accessibility": (
            "Catchment",
            "Reaching",
            "access_of_points",
            "balanced_floating_catchment",
            "balancing_cost",
            "cost_to_closest",
            "cumulative",
            "cumulative_access",
            "floating_catchment_access",
            "gravity",
            "gravity_access",
            "open_catchment",
            "spatial_availability",
            "spatial_availability_access",
            "two_step_floating_catchment",
        ),
        "analysis": (
            "AnalysisResult",
            "FoundSites",
            "analyse",
            "find_sites",
            "read_result",
            "run",
            "settings_of",
        ),
        "batch": ("BatchStatus", "read_batch", "run_batch"),
        "compare": ("Comparison", "compare_results"),
        "config": ("Fares", "Study", "Travel", "read_fares", "read_study"),
        "exports": ("export",),
        "finder": (
            "Assumptions",
            "Feasibility",
            "FoundGround",
            "Relocation",
            "SiteSearch",
            "Staff",
            "appraise_sites",
            "find_ground",
            "merged_staff",
            "read_assumptions",
            "read_staff",
            "relocate",
            "write_example_assumptions",
        ),
        "isochrone": ("Isochrones",),
        "itinerary": ("Itineraries", "find_itineraries"),
        "portfolio": ("PortfolioLimits", "PortfolioResult", "portfolio_frame", "solve_portfolio"),
        "preflight": ("Preflight", "check_study"),
        "region": ("Region", "open_region"),
        "region.build": ("build_region",),
        "region.example": ("example_region", "write_example"),
        "report": ("write_briefs", "write_comparison", "write_report"),
        "scenario": ("Scenario", "apply_scenario", "check_scenario", "read_scenario"),
        "travel_time": ("TravelTimes", "travel_times"),
        "words.frames": ("in_words",),
    },
)


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})

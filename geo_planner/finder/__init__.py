"""Finding: ground to build on, where staff would travel less, and what pays."""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use

if TYPE_CHECKING:
    from geo_planner.finder.assumptions import (
        Assumptions,
        read_assumptions,
        write_example_assumptions,
    )
    from geo_planner.finder.feasibility import Feasibility, appraise_sites
    from geo_planner.finder.found import FoundGround, find_ground
    from geo_planner.finder.relocation import Relocation, relocate
    from geo_planner.finder.search import SiteSearch
    from geo_planner.finder.staff import Staff, merged_staff, read_staff

__all__ = [
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
]

__getattr__ = names_on_use(
    __name__,
    {
        "assumptions": ("Assumptions", "read_assumptions", "write_example_assumptions"),
        "feasibility": ("Feasibility", "appraise_sites"),
        "found": ("FoundGround", "find_ground"),
        "relocation": ("Relocation", "relocate"),
        "search": ("SiteSearch",),
        "staff": ("Staff", "merged_staff", "read_staff"),
    },
)

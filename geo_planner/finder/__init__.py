"""Finding: ground to build on, where staff would travel less, and what pays."""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use

if TYPE_CHECKING:
    from geo_planner.finder.found import FoundGround, find_ground
    from geo_planner.finder.search import SiteSearch

__all__ = ["FoundGround", "SiteSearch", "find_ground"]

__getattr__ = names_on_use(
    __name__,
    {
        "found": ("FoundGround", "find_ground"),
        "search": ("SiteSearch",),
    },
)

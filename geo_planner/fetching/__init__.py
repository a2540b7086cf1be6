"""Sources by address: fetched with manners, kept outside the study, read as local files."""

from geo_planner.fetching.outcomes import Fetched
from geo_planner.fetching.study import FetchedStudy, Fetching, fetch_study

__all__ = ["Fetched", "FetchedStudy", "Fetching", "fetch_study"]

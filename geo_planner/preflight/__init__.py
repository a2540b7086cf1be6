"""The preflight: what the sources of a study hold, lack and get wrong, before anything is built."""

from geo_planner.preflight.checking import check_study
from geo_planner.preflight.model import Preflight

__all__ = ["Preflight", "check_study"]

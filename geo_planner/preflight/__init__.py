"""The preflight: what the sources of a study hold, lack and get wrong, before anything is built."""

from geo_planner.preflight.checking import Preflight, check_study

__all__ = ["Preflight", "check_study"]

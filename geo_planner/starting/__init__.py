"""Begin a study: a boundary, the frame that follows from it, and a study file to go on with."""

from geo_planner.starting.boundary import Place, find_place, place_in_box, place_of_file
from geo_planner.starting.writing import LocalFiles, write_study

__all__ = [
    "LocalFiles",
    "Place",
    "find_place",
    "place_in_box",
    "place_of_file",
    "write_study",
]

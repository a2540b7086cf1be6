"""Describe a region."""

from geo_planner.cli.options import Json, RegionPath
from geo_planner.cli.text import say


def info(region: RegionPath, *, as_json: Json = False) -> None:
    """Say what a region holds, where it came from, and what was mended or left out."""
    from geo_planner.region.describe import describe_region

    summary, text = describe_region(region)
    say(as_json, summary, text)

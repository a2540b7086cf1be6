"""Fetch web assets."""

from geo_planner.cli.options import Json
from geo_planner.cli.text import say


def assets(*, as_json: Json = False) -> None:
    """Fetch the web assets that maps need to work without internet (needs npm)."""
    from geo_planner.pages.drawing.assets import fetch_assets

    folder = fetch_assets()
    say(as_json, {"folder": str(folder)}, f"web assets are in {folder}")

"""GeoJSON for the web: longitude and latitude (EPSG:4326), one file a table."""

from pathlib import Path

import geopandas as gpd

from geo_planner.errors import InputError
from geo_planner.exports.content import Content
from geo_planner.exports.geojson import feature_collection
from geo_planner.folders import written_beside


def write_geojson(content: Content, folder: Path) -> list[str]:
    """Write every table that has places as a GeoJSON file; the others cannot be GeoJSON.

    Parameters
    ----------
    content
        What to write.
    folder
        Folder to write to.

    Returns
    -------
    list of str
        The files.

    Raises
    ------
    InputError
        When no table has places.
    """
    layers = {
        name: frame for name, frame in content.tables.items() if isinstance(frame, gpd.GeoDataFrame)
    }
    if not layers:
        raise InputError(
            f"no table of {', '.join(content.tables) or 'none'} has places: "
            "name one that has (--tables), or export as csv-da or parquet"
        )
    for name, frame in layers.items():
        with written_beside(folder / f"{name}.geojson") as file:
            file.write_text(feature_collection(frame, content.credits, name=name), "utf-8")
    return [f"{name}.geojson" for name in layers]

"""GeoPackage: one layer a table, drawn in QGIS as on our maps, credits in its metadata."""

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio

from geo_planner.exports.content import Content
from geo_planner.exports.gdal import layer_written
from geo_planner.exports.styles import default_style

_STYLES_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)
"""
_REGISTER = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)
VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS layer styles', 0)
"""
_ADD_STYLE = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
  styleName, styleQML, styleSLD, useAsDefault, description, owner)
VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '')
"""


def write_geopackage(content: Content, file: Path) -> list[str]:
    """Write every table as a layer of one GeoPackage, with default styles for QGIS.

    Parameters
    ----------
    content
        What to write.
    file
        The file; an earlier one is replaced.

    Returns
    -------
    list of str
        The layers.
    """
    file.unlink(missing_ok=True)
    for name, frame in content.tables.items():
        with layer_written(file):
            pyogrio.write_dataframe(
                frame,
                file,
                layer=name,
                driver="GPKG",
                dataset_metadata={
                    "TITLE": content.name,
                    "CREDITS": " · ".join(content.credits),
                    **({"NOTICE": content.badge} if content.badge else {}),
                },
            )
    with layer_written(file):
        _add_styles(content, file)
    return list(content.tables)


def _add_styles(content: Content, file: Path) -> None:
    styles = {
        name: style
        for name, frame in content.tables.items()
        if isinstance(frame, gpd.GeoDataFrame)
        and (style := default_style(name, frame, content.headline))
    }
    if not styles:
        return
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(_STYLES_TABLE)
        database.execute(_REGISTER)
        for name, style in styles.items():
            column = database.execute(
                "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (name,)
            ).fetchone()[0]
            database.execute(_ADD_STYLE, (name, column, style.title, style.qml, style.title))

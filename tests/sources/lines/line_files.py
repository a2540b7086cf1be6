"""Small towns drawn as road centre lines, metres from an origin, read back as a network."""

import warnings
from pathlib import Path

import geopandas as gpd
import shapely
from pyproj import CRS
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo_planner.config import LinesSource
from geo_planner.schema import tables, validate
from geo_planner.sources.lines import LinesExtract, read_lines
from geo_planner.words.english import english

UTM = CRS.from_epsg(25832)
ORIGIN_M = (708_000.0, 6_181_000.0)


def line(*places):
    return shapely.LineString([(ORIGIN_M[0] + x, ORIGIN_M[1] + y) for x, y in places])


def drawn(folder: Path, lines, name="roads.gpkg", crs=None, **fields) -> Path:
    frame = gpd.GeoDataFrame(fields, geometry=list(lines), crs=UTM)
    path = folder / name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (frame if crs is None else frame.to_crs(crs)).to_file(path)
    return path


def town(folder: Path, lines, *, area=None, fields=None, settings=None) -> LinesExtract:
    """Write the lines with their fields and read them; both tables must fit the schema."""
    path = drawn(folder, lines, **(fields or {}))
    extract = read_lines(LinesSource(path=path, **(settings or {})), UTM, area=area)
    for name, frame in extract.tables.items():
        validate(frame, tables()[name], origin="test")
    return extract


def parts(extract: LinesExtract) -> int:
    """Count the connected parts."""
    streets, nodes = extract.tables["streets"], extract.tables["street_nodes"]
    place = {name: i for i, name in enumerate(nodes["node_id"])}
    ends = (streets["from_node"].map(place), streets["to_node"].map(place))
    graph = coo_array(([1] * len(streets), ends), (len(nodes), len(nodes)))
    return connected_components(graph.tocsr(), directed=False)[0]


def counts(extract: LinesExtract, kind: str) -> dict[str, int]:
    return {english(found.what): found.count for found in extract.findings if found.kind == kind}

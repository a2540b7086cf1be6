"""An OpenStreetMap file as the tables of a region."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from geo_planner.crs import local_metric_crs, require_metric
from geo_planner.errors import SourceError
from geo_planner.findings import Finding
from geo_planner.sources.osm.copies import holds_streets, require_readable
from geo_planner.sources.osm.elements import Elements
from geo_planner.sources.osm.landscape import read_ground
from geo_planner.sources.osm.lines import read_lines
from geo_planner.sources.osm.rails import read_rails
from geo_planner.sources.osm.reading import read_elements
from geo_planner.sources.osm.restrictions import read_restrictions
from geo_planner.sources.osm.stations import fill_modes, read_stations
from geo_planner.sources.osm.streets import fill_urban, read_streets
from geo_planner.words.english import sentence


@dataclass(frozen=True)
class OsmExtract:
    """Hold the tables made from OpenStreetMap data.

    Parameters
    ----------
    tables
        streets, street_nodes, turn_restrictions, rails, stations, lines, line_stops, landscape,
        localities, amenities, shared_bicycle_stations; geometry in ``crs``.
    crs
        Metric CRS of all geometry.
    findings
        What was read, repaired, left out and doubtful.
    timestamp
        Date of the data as the source states it; None where it does not.
    """

    tables: Mapping[str, pd.DataFrame]
    crs: CRS
    findings: tuple[Finding, ...]
    timestamp: str | None


def read_osm(path: Path, crs: CRS | None = None, *, country: str | None = "DK") -> OsmExtract:
    """Read an OpenStreetMap extract (.osm.pbf, or .osm, packed or not) into a region's tables.

    Parameters
    ----------
    path
        File to read; extracts clipped through ways are fine, what is missing is counted.
    crs
        Metric CRS of the region; None takes the UTM zone of the extract's centre.
    country
        Not used here: tags name their country themselves (``DK:urban``), and default speed
        limits are laid over the streets when the network is made.

    Raises
    ------
    SourceError
        When the file is absent, damaged, cut short, or holds no street.
    CRSError
        When ``crs`` does not measure in metres.
    """
    del country
    return read_osm_files([path], crs)


def read_osm_files(paths: Sequence[Path], crs: CRS | None = None) -> OsmExtract:
    """Read neighbouring or overlapping extracts as one: what they share is taken once.

    Parameters and refusals are those of :func:`read_osm`.
    """
    with tempfile.TemporaryDirectory(prefix="geo_planner_osm_") as folder:
        read = read_elements(paths, Path(folder))
        source = ", ".join(path.name for path in paths)
        try:
            return extract_tables(read.path, read.elements, crs, source=source)
        except SourceError as error:
            raise SourceError(", ".join(map(str, paths)), error.reason) from error


def require_streets(path: Path) -> None:
    """Refuse a file that cannot be read or holds no street, before it is read beside others.

    Raises
    ------
    SourceError
        When the file is absent, damaged, cut short, or holds no street.
    """
    require_readable(path)
    if not holds_streets(path):
        raise SourceError(str(path), sentence("fault_osm_no_streets"))


def extract_tables(path: Path, elements: Elements, crs: CRS | None, *, source: str) -> OsmExtract:
    """Make all tables from what was read; ``path`` is read once more where there are areas."""
    crs = require_metric(crs) if crs is not None else _crs_of(elements, path)
    streets = read_streets(elements, crs, source)
    if streets.streets.empty:
        raise SourceError(
            str(path),
            sentence(
                "fault_osm_no_street_nodes", ways=len(elements.ways), nodes=len(elements.nodes)
            ),
        )
    ground = read_ground(path, elements, crs, source)
    restrictions, of_restrictions = read_restrictions(elements.relations, streets.streets, source)
    rails, of_rails = read_rails(elements, crs, source)
    stations, of_stations = read_stations(elements, crs, source)
    lines, line_stops, of_lines = read_lines(elements, stations, crs, source)
    tables: dict[str, pd.DataFrame | gpd.GeoDataFrame] = {
        "streets": fill_urban(streets.streets, ground.landscape),
        "street_nodes": streets.nodes,
        "turn_restrictions": restrictions,
        "rails": rails,
        "stations": fill_modes(stations, lines, line_stops),
        "lines": lines,
        "line_stops": line_stops,
        "landscape": ground.landscape,
        "localities": ground.localities,
        "amenities": ground.amenities,
        "shared_bicycle_stations": ground.bicycle_stations,
    }
    findings = (
        *streets.findings,
        *of_restrictions,
        *of_rails,
        *of_stations,
        *of_lines,
        *ground.findings,
    )
    return OsmExtract(tables, crs, findings, elements.timestamp)


def _crs_of(elements: Elements, path: Path) -> CRS:
    """Choose the UTM zone in the middle of the ways, also across the antimeridian."""
    is_located = ~np.isnan(elements.ways.longitudes)
    if not is_located.any():
        raise SourceError(str(path), sentence("fault_osm_no_node"))
    unit_vectors = np.exp(1j * np.radians(elements.ways.longitudes[is_located]))
    longitude = float(np.degrees(np.angle(unit_vectors.mean())))
    return local_metric_crs(longitude, float(elements.ways.latitudes[is_located].mean()))

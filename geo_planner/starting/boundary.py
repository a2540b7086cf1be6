"""The place a study is about: its boundary, and the country, time zone and CRS that follow."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry
from tzfpy import get_tz

from geo_planner.countries import country_at
from geo_planner.crs import WGS84, local_metric_crs, parse_crs, require_metric, to_text
from geo_planner.errors import InputError, MissingDependencyError, SourceError
from geo_planner.fetching.outcomes import failure, host_of
from geo_planner.packaged import ANY_COUNTRY, country_facts
from geo_planner.reasons import Reason
from geo_planner.sources.overpass import osmnx_settings
from geo_planner.sources.vector.files import read_features

NOMINATIM = "https://nominatim.openstreetmap.org/"
_FURTHEST_EAST, _FURTHEST_NORTH = 180.0, 90.0
_LONGEST_ID = 40
# national grids are used well past their nominal zone, as Copenhagen does
_NATIONAL_MARGIN_DEG = 4.0


@dataclass(frozen=True)
class Place:
    """Hold where a study is.

    Parameters
    ----------
    name
        What it is called.
    boundary
        Polygon or MultiPolygon, longitude and latitude.
    source
        Where the boundary is from, for its credit line; None where the user drew it.
    country
        Two letters, or any.
    """

    name: str
    boundary: BaseGeometry
    source: str | None
    country: str

    @property
    def timezone(self) -> str:
        """Time zone of its middle."""
        middle = self.boundary.representative_point()
        return get_tz(middle.x, middle.y)

    @property
    def crs(self) -> str:
        """Metric CRS: the country's own where it has one, else the UTM zone of its middle."""
        national = country_facts(self.country).get("metric_crs", "")
        middle = self.boundary.representative_point()
        if national:
            crs = require_metric(parse_crs(national))
            area = crs.area_of_use
            if area is None or shapely.box(*area.bounds).distance(middle) <= _NATIONAL_MARGIN_DEG:
                return national
        return to_text(local_metric_crs(middle.x, middle.y))

    @property
    def area_km2(self) -> float:
        """Area on the ground [km2]."""
        metric = gpd.GeoSeries([self.boundary], crs=WGS84).to_crs(self.crs)
        return float(metric.area.iloc[0]) / 1e6

    @property
    def short_name(self) -> str:
        """Name for files: small letters, digits and hyphens."""
        first = self.name.partition(",")[0].lower()
        kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in first)
        return "-".join(filter(None, kept.split("-")))[:_LONGEST_ID] or "town"


def find_place(name: str, country: str | None = None, *, server: str = NOMINATIM) -> Place:
    """Find the boundary of a place by its name.

    Parameters
    ----------
    name
        Such as ``Porto, Portugal``.
    country
        Two letters; None: that of the place found.
    server
        Nominatim server to ask.

    Raises
    ------
    InputError
        When no place of that name has a boundary.
    FetchError
        When the server is not reached.
    MissingDependencyError
        When osmnx is not installed.
    """
    try:
        from osmnx._errors import InsufficientResponseError
        from osmnx.geocoder import geocode_to_gdf
    except ImportError as error:
        raise MissingDependencyError("osmnx", "osm") from error
    try:
        with osmnx_settings(nominatim_url=server):
            found = geocode_to_gdf(name)
    except (InsufficientResponseError, TypeError) as error:
        raise InputError(
            f"{name!r}: no place of this name has a boundary in OpenStreetMap; write it with its "
            "country, or give --boundary FILE or --bbox WEST,SOUTH,EAST,NORTH"
        ) from error
    except (OSError, ValueError) as error:
        why = Reason("fetch_why_no_connection", host=host_of(server))
        raise failure(server, "not_reached", why) from error
    title = str(found["display_name"].iloc[0]) if "display_name" in found else name
    return _place(title, found.geometry.iloc[0], "© OpenStreetMap contributors", country)


def place_of_file(file: Path, name: str | None = None, country: str | None = None) -> Place:
    """Read the boundary of a place from a file of polygons.

    Raises
    ------
    InputError, SourceError
        When it cannot be read, or holds no polygon.
    """
    frame = read_features(file, None, None, None).frame
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError(str(file), "holds no shapes: give a file of polygons")
    shape = frame.to_crs(WGS84).union_all()
    return _place(name or file.stem, shape, None, country)


def place_in_box(text: str, name: str | None = None, country: str | None = None) -> Place:
    """Take a box for the boundary of a place.

    Parameters
    ----------
    text
        ``WEST,SOUTH,EAST,NORTH`` in degrees.
    name, country
        As for :func:`find_place`.

    Raises
    ------
    InputError
        When it is no box on earth.

    Examples
    --------
    >>> place = place_in_box("-8.7,41.1,-8.55,41.2", "Porto")
    >>> place.country, place.timezone, place.crs, place.short_name
    ('PT', 'Europe/Lisbon', 'EPSG:3763', 'porto')
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--bbox: {text!r} is no WEST,SOUTH,EAST,NORTH in degrees") from None
    is_on_earth = -_FURTHEST_EAST <= west < east <= _FURTHEST_EAST
    if not (is_on_earth and -_FURTHEST_NORTH <= south < north <= _FURTHEST_NORTH):
        raise InputError(f"--bbox: {text!r} is no box on earth: WEST,SOUTH,EAST,NORTH in degrees")
    return _place(name or "Town", shapely.box(west, south, east, north), None, country)


def _place(name: str, shape: BaseGeometry, source: str | None, country: str | None) -> Place:
    """Make a place of a shape, which must be an area."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    if not parts or shapely.union_all(parts).is_empty:
        raise InputError(f"{name}: the boundary is no area: give a file of polygons")
    boundary = shapely.union_all(parts)
    middle = boundary.representative_point()
    own = country or country_at(middle.x, middle.y) or ANY_COUNTRY
    return Place(name, boundary, source, own)

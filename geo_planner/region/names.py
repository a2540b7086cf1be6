"""What can be found by name in a region: stations, places, sites, streets and workplaces."""

import re
import unicodedata

import geopandas as gpd
import pandas as pd

from geo_planner.crs import to_degrees
from geo_planner.region.store import Region

# in this order, people mean them
NAMED_KINDS = ("stations", "places", "sites", "streets", "businesses")
_NEAR_M = 2_000.0
# one spelling for å and aa, ø and oe, æ and ae, ä and ö too
_ALIKE = (("aa", "a"), ("ae", "a"), ("oe", "o"))
_LETTERS = str.maketrans({"å": "a", "æ": "a", "ä": "a", "ø": "o", "ö": "o", "ß": "s"})


def folded(text: str) -> str:
    """Write a name so that its spellings are alike: case, accents, æ and ae, å and aa.

    Examples
    --------
    >>> folded("Måløv Byvej"), folded("MAALOEV byvej")
    ('malov byvej', 'malov byvej')
    """
    plain = text.casefold().translate(_LETTERS)
    for pair, letter in _ALIKE:
        plain = plain.replace(pair, letter)
    parts = unicodedata.normalize("NFKD", plain)
    bare = "".join(one for one in parts if not unicodedata.combining(one))
    return " ".join(re.findall(r"\w+", bare))


def named_things(region: Region) -> pd.DataFrame:
    """List what has a name, with a point on it.

    Returns
    -------
    DataFrame
        kind (a table), id, name, lon, lat [degrees]. A street stands once for each part of the
        region that has one of its name, at the longest of its pieces there.
    """
    parts = [_named(region, kind) for kind in NAMED_KINDS if region.has(kind)]
    columns = ["kind", "id", "name", "lon", "lat"]
    return pd.concat([pd.DataFrame(columns=columns), *parts], ignore_index=True)[columns]


def _named(region: Region, kind: str) -> pd.DataFrame:
    frame = region.geo_table(kind)
    frame = frame[frame["name"].notna() & (frame["name"] != "")]
    if kind == "streets":
        frame = _one_of_each(frame)
    points = to_degrees(frame.set_geometry(frame.geometry.representative_point())).geometry
    return pd.DataFrame(
        {
            "kind": kind,
            "id": frame.iloc[:, 0].astype("str").to_numpy(),
            "name": frame["name"].astype("str").to_numpy(),
            "lon": points.x.round(6).to_numpy(),
            "lat": points.y.round(6).to_numpy(),
        }
    )


def _one_of_each(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep, of all pieces of one name near each other, the longest."""
    centres = streets.geometry.centroid
    part = pd.DataFrame(
        {"name": streets["name"], "x": centres.x // _NEAR_M, "y": centres.y // _NEAR_M}
    )
    order = streets["length_m"].sort_values(ascending=False, kind="stable").index
    return streets.loc[~part.loc[order].duplicated().reindex(streets.index)]

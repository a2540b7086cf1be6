"""How a brief's site is reached, and what lies around it: workers, times, workplaces, services."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner.accessibility.keys import MeasureKey, find_measures, headline
from geo_planner.packaged import packaged_rows
from geo_planner.pages.brief.subject import Subject
from geo_planner.pages.drawing.layers import text_of
from geo_planner.pages.drawing.saturation import all_there_is, saturation_words
from geo_planner.pages.drawing.stations import rail_stations
from geo_planner.palette import CLUSTERS
from geo_planner.siting.places import place_name
from geo_planner.travel_time.columns import MEDIAN
from geo_planner.words.wording import Wording

WORKPLACES_M = 1_000.0
AMENITIES_M = 500.0
MOST_WORKPLACES = 10
_LEVELS = ((0.0, "none"), (4.0, "low"), (10.0, "medium"))
_TIMES = (
    ("minutes_city_centre", "city_centre"), ("minutes_airport", "airport"),
    ("minutes_motorway", "motorway_junction"), ("minutes_campus", "campus"),
)  # fmt: skip
_MOST_PARCELS = 4
_LEAST_PARCEL_SHARE = 0.5


def reach_section(subject: Subject) -> dict[str, Any]:
    """Lay out the workers who can arrive, one row a mode, one column a limit.

    Returns
    -------
    dict
        ``limits`` in words, ``main`` (position of the limit with bars), ``rows``: mode, figures,
        bar (0-100); ``notes``: figures that are all there is in the data.
    """
    found = find_measures([str(name) for name in subject.row.index], "workers")
    measures = [m for m in found if m.cutoff_min and m.percentile in (None, MEDIAN)]
    limits = sorted({m.cutoff_min for m in measures if m.cutoff_min})
    if not limits:
        return {"limits": [], "main": 0, "rows": [], "notes": []}
    chosen = headline(measures, subject.result.study)
    main = limits.index(chosen.cutoff_min) if chosen and chosen.cutoff_min else 0
    modes = dict.fromkeys(m.mode for m in measures)
    by_key = {(m.mode, m.cutoff_min): m for m in measures}
    tops = [_value(subject, by_key.get((mode, limits[main]))) or 0.0 for mode in modes]
    words = subject.words
    return {
        "limits": [words.figure(limit, "min") for limit in limits],
        "main": main,
        "rows": [
            {
                "mode": _mode_words(subject, mode),
                "figures": [_workers(subject, by_key.get((mode, limit))) for limit in limits],
                "bar": round(100 * top / max(tops), 1) if max(tops) else 0.0,
            }
            for mode, top in zip(modes, tops, strict=True)
        ],
        "notes": _saturated(subject, measures),
    }


def _saturated(subject: Subject, measures: Sequence[MeasureKey]) -> list[str]:
    """Say which figures are all there is in the data, mode by mode."""
    result, words = subject.result, subject.words
    total = all_there_is(result.zones, result.businesses, "workers")
    found: dict[tuple[str, str], list[str]] = {}
    for measure in measures:
        saturation = saturation_words(_value(subject, measure), total, "workers", words)
        if saturation:
            limit = words.figure(measure.cutoff_min, "min")
            found.setdefault((_mode_words(subject, measure.mode), saturation), []).append(limit)
    return [
        f"{mode}, {', '.join(limits)}: {saturation}" for (mode, saturation), limits in found.items()
    ]


def headline_workers(subject: Subject) -> dict[str, str] | None:
    """Tell the figure of workers the brief opens with; None where none was computed."""
    found = find_measures([str(name) for name in subject.row.index], "workers")
    measure = headline(found, subject.result.study)
    if measure is None or measure.cutoff_min is None:
        return None
    limit = subject.words.figure(measure.cutoff_min, "min")
    return {
        "figure": _workers(subject, measure),
        "note": f"{limit}, {_mode_words(subject, measure.mode).lower()}",
    }


def _mode_words(subject: Subject, mode: str) -> str:
    is_peak = mode == "car" and subject.result.study.travel.car_traffic == "peak"
    key = "brief_mode_car_peak" if is_peak else f"brief_mode_{mode.replace('+', '_')}"
    return subject.words.phrases.get(key) or mode


def _value(subject: Subject, measure: MeasureKey | None) -> float | None:
    return None if measure is None else subject.number(measure.column)


def _workers(subject: Subject, measure: MeasureKey | None) -> str:
    value = _value(subject, measure)
    return subject.words("unknown") if value is None else subject.words.figure(value, "workers")


def time_rows(subject: Subject) -> list[dict[str, str]]:
    """Tell minutes to named places, the walk to a station and the service level."""
    words = subject.words
    rows = []
    for column, kind in _TIMES:
        label = place_name(subject.result.region, kind) or words(f"brief_kind_{kind}")
        by = words(f"brief_how_{kind}")
        rows.append({"label": label, "how": by, "value": _computed(subject, column, "min")})
    walk = _computed(subject, "station_walk_m", "m")
    rows.append({"label": words("brief_station"), "how": words("brief_how_station"), "value": walk})
    level = _service(subject)
    rows.append(
        {"label": words("brief_service"), "how": words("brief_how_service"), "value": level}
    )
    return rows


def _computed(subject: Subject, column: str, unit: str) -> str:
    value = subject.number(column)
    return subject.words("unknown") if value is None else subject.words.figure(value, unit)


def _service(subject: Subject) -> str:
    value = subject.number("departures_per_hour")
    if value is None:
        return subject.words("unknown")
    level = next((name for limit, name in _LEVELS if value <= limit and limit == 0), None)
    level = level or next((name for limit, name in _LEVELS if value < limit), "high")
    per_hour = subject.words.figure(value, "departures/h")
    return f"{subject.words(f'service_{level}')} ({per_hour})"


def nearest_station_name(subject: Subject) -> str | None:
    """Name the station nearest to the site as the crow flies; None where there is none."""
    stations = rail_stations(subject.result.region)
    if not len(stations):
        return None
    return str(stations["name"].iloc[int(stations.distance(subject.anchor.iloc[0]).argmin())])


def neighbour_section(subject: Subject) -> dict[str, Any]:
    """Tell workplaces near the site's edge: jobs by cluster and the largest.

    Returns
    -------
    dict
        ``jobs``, ``count``, ``clusters`` (label, colour, jobs), ``largest`` (name, jobs, colour).
    """
    words = subject.words
    near = _within(subject, subject.result.businesses, WORKPLACES_M)
    with_jobs = near[near["employees_count"].notna()]
    largest = with_jobs.sort_values("employees_count", ascending=False, kind="stable")
    in_cluster = with_jobs.groupby("cluster")["employees_count"].sum()
    has_clusters = subject.result.businesses["cluster"].notna().any()
    return {
        "jobs": words.figure(float(with_jobs["employees_count"].sum()), "jobs")
        if len(with_jobs)
        else "",
        "count": words.number(len(near)),
        "unknown": len(near) - len(with_jobs),
        "clusters": [
            {
                "label": words(f"cluster_{key}"),
                "colour": CLUSTERS[key][0],
                "shape": CLUSTERS[key][1],
                "jobs": words.figure(
                    float(in_cluster.get(key, 0.0)) if has_clusters else math.nan, "jobs"
                ),
            }
            for key in CLUSTERS
            if key != "other"
        ],
        "largest": [
            {
                "name": text_of(row["name"]) or words("unknown"),
                "jobs": words.figure(row["employees_count"], "jobs"),
                "colour": CLUSTERS[text_of(row["cluster"]) or "other"][0],
            }
            for row in largest.head(MOST_WORKPLACES).to_dict("records")
        ],
    }


def amenity_words(subject: Subject) -> str:
    """Count shops and services near the site's edge, by group."""
    region = subject.result.region
    if not region.has("amenities"):
        return subject.words("unknown")
    near = _within(subject, region.geo_table("amenities"), AMENITIES_M)
    groups = near["kind"].map(_amenity_group).value_counts()
    names = [name for name in dict.fromkeys(_amenity_groups().values()) if name in groups]
    names += [name for name in groups.index if name not in names]
    phrases = subject.words.phrases
    uses = [
        f"{phrases.get('amenity_' + name.replace(' ', '_'), name)} {int(groups[name])}"
        for name in names
    ]
    return ", ".join(uses) or subject.words("brief_none")


def _within(subject: Subject, frame: gpd.GeoDataFrame, distance_m: float) -> gpd.GeoDataFrame:
    if not len(frame):
        return frame
    return frame[frame.dwithin(subject.shape, distance_m)]


@cache
def _amenity_groups() -> Mapping[tuple[str, str], str]:
    rows = packaged_rows("osm_amenities")
    return {(row["key"], row["value"]): row["group"] for row in rows}


def _amenity_group(kind: str) -> str:
    key, _, value = kind.partition(":")
    groups = _amenity_groups()
    return groups.get((key, value)) or groups.get((key, "*")) or "other"


def parcel_words(subject: Subject) -> dict[str, str]:
    """Name the cadastral numbers of the site's ground and count its properties."""
    region = subject.result.region
    nothing = {"parcels": subject.ask, "properties": subject.ask}
    if not region.has("parcels"):
        return nothing
    parcels = region.geo_table("parcels")
    parcels = parcels[parcels.intersects(subject.shape)]
    share = parcels.intersection(subject.shape).area / parcels.area
    own = parcels[share >= _LEAST_PARCEL_SHARE].sort_values("parcel_id")
    if not len(own):
        return nothing
    names = [str(name) for name in own["parcel_id"]]
    more = f" +{len(names) - _MOST_PARCELS}" if len(names) > _MOST_PARCELS else ""
    properties = own["property_id"]
    return {
        "parcels": ", ".join(names[:_MOST_PARCELS]) + more,
        "properties": subject.ask
        if properties.isna().any()
        else subject.words.number(properties.nunique()),
    }


def scenario_rows(subject: Subject, others: Mapping[str, pd.Series]) -> list[dict[str, str]]:
    """Set the site's figures beside those of the same site in other runs.

    Parameters
    ----------
    subject
        The brief's site.
    others
        Row of the site by the name of the run.
    """
    words = subject.words
    found = find_measures([str(name) for name in subject.row.index], "workers")
    measure = headline(found, subject.result.study)
    column = measure.column if measure else ""
    return [
        {
            "title": title,
            "workers": _or_words(row.get(column), words("unknown"), words, "workers"),
            "jobs": _or_words(row.get("jobs_likely"), subject.ask, words, "jobs"),
            "rank": _or_words(row.get("rank"), words("brief_excluded_short"), words, "count"),
        }
        for title, row in others.items()
    ]


def _or_words(value: Any, otherwise: str, words: Wording, unit: str) -> str:
    return otherwise if value is None or pd.isna(value) else words.figure(float(value), unit)

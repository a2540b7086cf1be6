"""What answers each kind of question: one call of the library, its result as text.

These run in processes of their own, which have nothing of the service: no state, no keys.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point

from geo_planner.accessibility import COUNTED, access_of_points, anchor_points, every_minute
from geo_planner.config import Travel
from geo_planner.config.travel_options import laid_over
from geo_planner.errors import ScenarioError
from geo_planner.exports.geojson import MEDIA_TYPE, feature_collection
from geo_planner.findings import Finding
from geo_planner.itinerary import to_json
from geo_planner.region import Region
from geo_planner.scenario import check_scenario
from geo_planner.scenario.tracing import trace_edits
from geo_planner.schema import tables
from geo_planner.travel_time import travel_times
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording

from .openings import Openings
from .question import Answer, Question

_Asked = Mapping[str, Any]


def answer(openings: Openings, question: Question) -> Answer:
    """Answer a question.

    Raises
    ------
    GeoPlannerError
        When it does not fit the region it is asked of.
    """
    region = openings.region(question.region, question.digest)
    return ANSWERS[question.kind](openings, region, question.asked)


def _isochrones(openings: Openings, region: Region, asked: _Asked) -> Answer:
    travel = _travel(region, asked)
    isochrones = openings.isochrones(region, asked["mode"], travel)
    drawn = isochrones.around(_points([(asked["lon"], asked["lat"])], region), asked["cutoffs_min"])
    shapes: dict[str, Callable[[], gpd.GeoDataFrame]] = {
        "areas": lambda: drawn.areas,
        "rings": drawn.rings,
        "streets": lambda: drawn.streets(region.geo_table("streets")),
    }
    text = feature_collection(
        shapes[asked["shape"]](),
        region.credits,
        question=_question(asked, travel),
        findings=_findings(isochrones.router.findings),
    )
    return Answer(text, MEDIA_TYPE)


def _reach(openings: Openings, region: Region, asked: _Asked) -> Answer:
    travel = _travel(region, asked)
    reaching = openings.reaching(region, asked["mode"], travel)
    limits_min = asked["cutoffs_min"] or every_minute(travel.max_time_min)
    start = _points([(asked["lon"], asked["lat"])], region)
    curves = reaching.within(start, asked["columns"], limits_min).curves
    sums = curves.drop(columns=["id", "minutes"])
    return _json(
        question=_question(asked, travel),
        minutes=curves["minutes"].tolist(),
        sums={name: _plain(sums[name]) for name in sums},
        findings=_findings(reaching.findings),
        credits=list(region.credits),
    )


def _itineraries(openings: Openings, region: Region, asked: _Asked) -> Answer:
    travel = _travel(region, asked)
    itineraries = openings.itineraries(region, asked["mode"], travel)
    start, end = (_points([asked[name]], region).iloc[0] for name in ("start", "end"))
    journeys = itineraries.between(start, end, max_total_walk_min=asked["max_total_walk_min"])
    return _json(
        question=_question(asked, travel),
        journeys=to_json(journeys, region.crs),
        currency=travel.fares.currency if travel.fares else None,
        findings=_findings(itineraries.findings),
        credits=list(region.credits),
    )


def _access(_: Openings, region: Region, asked: _Asked) -> Answer:
    travel = _travel(region, asked)
    found: list[Finding] = []
    frame, _ledger = access_of_points(
        region,
        COUNTED.get(asked["opportunities"], asked["opportunities"]),
        origins=_points(asked["origins"], region) if asked["origins"] else None,
        mode=asked["mode"],
        cutoffs_min=asked["cutoffs_min"],
        travel=travel,
        on_findings=found.extend,
    )
    text = feature_collection(
        frame.reset_index(),
        region.credits,
        key="id",
        question=_question(asked, travel),
        findings=_findings(found),
    )
    return Answer(text, MEDIA_TYPE)


def _times(_: Openings, region: Region, asked: _Asked) -> Answer:
    travel = _travel(region, asked)
    starts = _points(asked["start"], region)
    ends = _points(asked["end"], region) if asked["end"] else _rows_of(asked["to_table"], region)
    times = travel_times(region, starts, ends, asked["mode"], travel)
    frame = times.to_frame()
    return _json(
        question=_question(asked, travel),
        columns=list(frame.columns),
        rows=[list(row) for row in zip(*(_plain(frame[name]) for name in frame), strict=True)],
        findings=_findings(times.findings),
        credits=list(region.credits),
    )


def _check(_: Openings, region: Region, asked: _Asked) -> Answer:
    checked = check_scenario(region, asked["content"])
    words = Wording.of_study(region.study)
    if checked.reasons:
        told = [reason_words(reason, words) for reason in checked.reasons]
        raise ScenarioError(checked.id, told, checked.reasons)
    notes = [reason_words(note, words) for note in checked.notes]
    return _json(**{**checked.to_json(), "notes": notes})


def _edits(_: Openings, region: Region, asked: _Asked) -> Answer:
    words = Wording.of_study({**region.study, "language": asked["language"]})
    edits = [
        {
            "problems": [
                {"field": place, "text": reason_words(reason, words)}
                for place, reason in trace.problems
            ],
            "notes": [reason_words(note, words) for note in trace.notes],
            "changes": trace.changes,
            "n_shapes": trace.n_shapes,
            "shapes": json.loads(feature_collection(trace.shapes, ())),
        }
        for trace in trace_edits(region, asked["content"])
    ]
    return _json(edits=edits)


ANSWERS: dict[str, Callable[[Openings, Region, _Asked], Answer]] = {
    "isochrones": _isochrones,
    "reach": _reach,
    "itineraries": _itineraries,
    "access": _access,
    "times": _times,
    "check": _check,
    "edits": _edits,
}


def _travel(region: Region, asked: _Asked) -> Travel:
    return Travel(**laid_over(region.study["travel"], asked))


def _points(places: Iterable[tuple[float, float]], region: Region) -> gpd.GeoSeries:
    """Make points in the CRS of the region, known by their texts."""
    points = {f"{lon!r},{lat!r}": Point(lon, lat) for lon, lat in places}
    return gpd.GeoSeries(points, crs=4326).to_crs(region.crs)


def _rows_of(table: str, region: Region) -> gpd.GeoSeries:
    """Take the points of the rows of a table, known by their ids."""
    frame = region.geo_table(table)
    return anchor_points(frame.set_index(tables()[table].key[0]))


def _question(asked: _Asked, travel: Travel) -> dict[str, Any]:
    """Say what was asked, with all settings that the answer rests on."""
    own = {name: value for name, value in asked.items() if name not in Travel.model_fields}
    return {**own, "travel": travel.model_dump(mode="json", exclude_none=True)}


def _findings(findings: Iterable[Finding]) -> list[Any]:
    return [finding.to_json() for finding in findings]


def _plain(values: pd.Series) -> list[Any]:
    """Give plain values, null for what is unknown or not reached."""
    return [
        None if isinstance(value, float) and not math.isfinite(value) else value
        for value in values.tolist()
    ]


def _json(**members: Any) -> Answer:
    return Answer(json.dumps(members, ensure_ascii=False, allow_nan=False, default=str))

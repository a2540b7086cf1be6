"""Everything a page says of candidate sites: groups to weigh, scores, figures, chips."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo_planner.accessibility.keys import MeasureKey, find_measures, headline
from geo_planner.pages.drawing.layers import nearest_station, site_anchors, text_of
from geo_planner.pages.drawing.measures import Scale, scale_of
from geo_planner.pages.drawing.saturation import all_there_is, saturation_words
from geo_planner.pages.drawing.stations import station_names
from geo_planner.pages.drawing.view import View
from geo_planner.pages.sites.confidence import rank_confidence
from geo_planner.pages.sites.land import floor_area_text, key_rows, land_chips, land_sections
from geo_planner.pages.sites.links import far_link_words
from geo_planner.palette import CRITERIA, ramp
from geo_planner.siting.criteria import criteria
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import EN_DASH, Wording

MOST_SLIDERS = len(CRITERIA)
OPEN_FROM = 0.05
_SMALL_SITE_M2 = 100_000.0
_SCORE_CLASSES = 5
_MIN_SCORE_CLASSES = 3
_MOST_OPEN_CHIPS = 2
_LEAST_ROWS = 4
_FLOOR_AREA = "remaining_m2"
_BESIDE_LAND = ("workers_transit_45", "station_walk_m", _FLOOR_AREA)


@dataclass(frozen=True)
class Group:
    """Hold one slider: its label, colour, weight and criteria."""

    label: str
    title: str
    colour: str
    weight: float
    criteria: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return what the page's script reads."""
        return {"label": self.label, "colour": self.colour, "weight": self.weight}


def short_label(view: View, criterion: str) -> str:
    """Name a criterion in a few words; a criterion of the study's own by its label."""
    phrase = criterion_words(criterion, view.words, view.city_centre)
    if not phrase:
        return str(view.criteria.loc[criterion, f"label_{view.words.language}"])
    packaged = criteria().get(criterion)
    if packaged is None or "{traffic}" not in packaged.label_en:
        return phrase
    return f"{phrase}, {view.words(f'traffic_{view.study.travel.car_traffic}')}"


def criterion_words(criterion: str, words: Wording, city_centre: str | None) -> str | None:
    """Name a criterion in a few words, after the place it is about; None where it has no words."""
    named = f"short_{criterion}_named"
    if city_centre is not None and named in words.phrases:
        return words(named, place=city_centre)
    return words.phrases.get(f"short_{criterion}")


def site_groups(view: View) -> list[Group]:
    """Group the criteria into at most six sliders: one each where they are few, else by group."""
    criteria = view.criteria
    if len(criteria) <= MOST_SLIDERS:
        keys = [[str(name)] for name in criteria.index]
        labels = [short_label(view, str(name)) for name in criteria.index]
    else:
        order = list(dict.fromkeys(criteria["group"]))
        keys = [[str(k) for k in criteria.index[criteria["group"] == name]] for name in order]
        labels = [_group_label(view, name, keys[i][0]) for i, name in enumerate(order)]
        while len(keys) > MOST_SLIDERS:
            keys[-2:] = [keys[-2] + keys[-1]]
            labels[-2:] = [f"{labels[-2]}, {labels[-1]}"]
    return [
        Group(
            label=label,
            title=" · ".join(short_label(view, key) for key in members),
            colour=CRITERIA[i],
            weight=float(criteria.loc[members, "weight"].sum()),
            criteria=tuple(members),
        )
        for i, (label, members) in enumerate(zip(labels, keys, strict=True))
    ]


def _group_label(view: View, group: str, first: str) -> str:
    phrase = view.words.phrases.get(f"group_{group}")
    return phrase or str(view.criteria.loc[first, "group_label"])


def criteria_json(view: View, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Say of each criterion which slider moves it and what share of the slider it has."""
    rows = []
    for number, group in enumerate(groups):
        for name in group.criteria:
            weight = float(view.criteria.loc[name, "weight"])
            even = 1.0 / len(group.criteria)
            share = weight / group.weight if group.weight > 0 else even
            rows.append({"id": name, "group": number, "share": share})
    return rows


def score_scale(view: View) -> Scale:
    """Choose five classes of score that tell the sites apart."""
    ranked = view.sites.loc[view.sites["rank"].notna(), "score_low"]
    scale = scale_of(ranked, "jobs", view.words)
    borders = scale.borders
    if len(borders) >= _SCORE_CLASSES:
        middle = (len(borders) - (_SCORE_CLASSES - 1)) // 2
        borders = borders[middle : middle + _SCORE_CLASSES - 1]
    labels = tuple(view.words.number(b, 0 if float(b).is_integer() else 1) for b in borders)
    return Scale(borders, ramp(len(borders) + 1), labels, "")


def score_json(view: View) -> dict[str, Any]:
    """Return the classes of score as the page's script reads them."""
    scale = score_scale(view)
    return {"borders": list(scale.borders), "colours": list(scale.colours)}


def score_text(words: Wording, low: float, high: float) -> str:
    """Write a score with one decimal, or its range in whole points."""
    if high - low > OPEN_FROM:
        return f"{words.number(low)}{EN_DASH}{words.number(high)}"
    return words.number(low, 1)


def site_list(view: View, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Describe every site for the page's script and rows, in the order of the frame."""
    sites = view.sites
    anchors = site_anchors(sites)
    stations = _near(view)
    far_links = far_link_words(view)
    n_ranked = int(sites["rank"].notna().sum()) if groups else 0
    criteria = [name for group in groups for name in group.criteria]
    described = []
    for i, (site_id, row) in enumerate(sites.drop(columns="geometry").iterrows()):
        values = [_value(row.get(f"{name}_value")) for name in criteria]
        confidence = rank_confidence(view, row, n_ranked)
        far = far_links.get(str(site_id), "")
        place = row["rank"] if groups else i + 1
        described.append(
            {
                "id": str(site_id),
                "name": text_of(row["name"]) or str(site_id),
                "anchor": anchors[i],
                "small": bool(row["area_m2"] < _SMALL_SITE_M2),
                "rank": None if pd.isna(place) else int(place),
                "tied": bool(row.get("is_tied", False)),
                "excluded": reasons_words(text_of(row.get("excluded_because")), view.words),
                "sure": confidence.words if confidence else "",
                "low": float(row["score_low"]) if groups else 0.0,
                "high": float(row["score_high"]) if groups else 0.0,
                "parts": [_group_points(row, group) for group in groups],
                "values": values,
                "note": _note(view, row, stations[i]),
                "tip": [_note(view, row, stations[i])],
                "rows": _key_rows(view, row, criteria, groups),
                "sections": [*land_sections(view, row), *_rest(view, row, criteria, groups)],
                "unknown": [
                    short_label(view, name)
                    for name, value in zip(criteria, values, strict=True)
                    if value is None
                ],
                "linked_far": far,
                "chips": [
                    *([["warn", f"! {far}"]] if far else []),
                    *land_chips(view, row),
                    *_chips(view, row, criteria, values),
                ],
            }
        )
    return described


def by_rank(site: dict[str, Any]) -> tuple[bool, int, float, str]:
    """Order sites: the ranked by rank, then the excluded."""
    return site["rank"] is None, site["rank"] or 0, -site["high"], site["id"]


def _value(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else round(float(value), 12)


def _group_points(row: pd.Series, group: Group) -> float:
    points = [row.get(f"{name}_contribution", 0.0) for name in group.criteria]
    return round(sum(float(p) for p in points if not pd.isna(p)), 4)


def _near(view: View) -> list[str | None]:
    """Name the station of each site: the one it was measured to, else the nearest."""
    names = station_names(view.region) if "station" in view.sites else {}
    nearest = nearest_station(view.region, view.sites.geometry)
    if not names:
        return nearest
    measured = [names.get(str(station)) for station in view.sites["station"]]
    return [station or near for station, near in zip(measured, nearest, strict=True)]


def _note(view: View, row: pd.Series, station: str | None) -> str:
    parts = [view.words.figure(row["area_m2"], "m2")]
    walk = row.get("station_walk_m")
    if walk is not None and math.isfinite(walk):
        distance = view.words.figure(walk, "m")
        parts.append(
            view.words("walk_to_named", distance=distance, name=station)
            if station
            else view.words("walk_to_station", distance=distance)
        )
    elif station:
        parts.append(view.words("near_station", name=station))
    return " · ".join(parts)


def _leaders_first(criteria: Sequence[str], groups: Sequence[Group]) -> list[str]:
    """Put the first criterion of each group before the rest: cards show few rows at once."""
    leaders = [group.criteria[0] for group in groups]
    return [*leaders, *(name for name in criteria if name not in leaders)]


def _criterion_row(view: View, row: pd.Series, name: str) -> list[str]:
    if name == _FLOOR_AREA:
        return [short_label(view, name), floor_area_text(view.words, row[name])]
    unit = str(view.criteria.loc[name, "unit"])
    return [short_label(view, name), view.words.figure(row[name], unit)]


def _key_rows(
    view: View, row: pd.Series, criteria: Sequence[str], groups: Sequence[Group]
) -> list[list[str]]:
    """Give the rows a card shows at once: what leads the ranking, then the facts of land."""
    land = key_rows(view, row)
    leaders = _leaders_first(criteria, groups)
    shown = leaders[: max(len(groups), _LEAST_ROWS)]
    if land:
        shown = [name for name in _BESIDE_LAND if name in leaders]
    rows = [_criterion_row(view, row, name) for name in shown]
    return [*rows, *land] if criteria else [*rows, *land, *_plain_rows(view, row)]


def _rest(
    view: View, row: pd.Series, criteria: Sequence[str], groups: Sequence[Group]
) -> list[dict[str, Any]]:
    """Lay out all criteria and the plain facts of the site."""
    if not criteria:
        return []
    rows = [_criterion_row(view, row, name) for name in _leaders_first(criteria, groups)]
    title = view.words("section_criteria")
    notes = _saturated(view, row, criteria)
    return [{"title": title, "rows": [*rows, *_plain_rows(view, row)], "notes": notes}]


def _saturated(view: View, row: pd.Series, criteria: Sequence[str]) -> list[str]:
    """Name the criteria whose workers are all, or nearly all, there are in the data."""
    counted = [name for name in criteria if view.criteria.loc[name, "unit"] == "workers"]
    if not counted:
        return []
    total = all_there_is(view.zones, view.businesses, "workers")
    phrases = [
        (name, saturation_words(row[name], total, "workers", view.words)) for name in counted
    ]
    return [f"{short_label(view, name)}: {words}" for name, words in phrases if words]


def _plain_rows(view: View, row: pd.Series) -> list[list[str]]:
    words = view.words
    shown = [[words("area"), words.figure(row["area_m2"], "m2")]]
    if not pd.isna(row["existing_floor_area_m2"]):
        built = floor_area_text(words, row["existing_floor_area_m2"])
        shown.append([words("existing_floor_area"), built])
    owner = text_of(row["owner_type"])
    if owner:
        shown.append([words("owner"), words.label(f"owner_{owner}", owner.replace("_", " "))])
    return shown


def _chips(
    view: View, row: pd.Series, criteria: Sequence[str], values: Sequence[float | None]
) -> list[list[str]]:
    if not criteria:
        return []
    unknown = [name for name, value in zip(criteria, values, strict=True) if value is None]
    count_words = view.words(
        "criteria_known", known=len(criteria) - len(unknown), count=len(criteria)
    )
    chips = [["", count_words]] if unknown or "jobs_likely" not in row else []
    chips += [
        ["warn", "? " + view.words("criterion_unknown", name=short_label(view, name))]
        for name in unknown[:_MOST_OPEN_CHIPS]
    ]
    profile = text_of(row["use_profile"])
    if profile:
        chips.append(["", view.words.phrases.get(f"profile_{profile}", profile)])
    return chips


def workers_measure(view: View) -> MeasureKey | None:
    """Choose the measure of workers shown beside each site."""
    return headline(find_measures(list(view.sites.columns), "workers"), view.study)

"""The rules of a search, in order: those on pieces of ground, then those on whole places.

A rule takes only what it is known to fail. What is unknown is set aside by a rule of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import shapely

from geo_planner.arrays import BoolArray, FloatArray
from geo_planner.finder.ground import StudyGround
from geo_planner.finder.places import PlaceMeasures, joined, wide_enough
from geo_planner.finder.search import SiteSearch
from geo_planner.land.constraints.ground import Shapes
from geo_planner.reasons import Reason
from geo_planner.sources.shape_ids import shape_ids

SETTING_ASIDE = ("unknown", "floor_area_unknown")
_ON_FIGURES = ("station_walk", "floor_area_unknown", "floor_area")
_LAST_STAGE = {"now": 1, "if_adopted": 2, "potential": 3}
_AT_LEAST = {"find_area": "find_area_min", "find_floor_area": "find_floor_area_min"}
_AT_MOST = {"find_area": "find_area_max", "find_floor_area": "find_floor_area_max"}

PlaceRule = Callable[[Shapes], Shapes]


@dataclass(frozen=True)
class Rules:
    """Lay rules over ground, all of them or all but one.

    Parameters
    ----------
    ground
        Pieces of the study area.
    takes
        Which pieces a rule takes by itself, ``(n_pieces,)``, by rule in order.
    of_places
        What rules leave of places, by rule in order.
    unknown
        Of which pieces something is unknown, by the code of the reason.
    """

    ground: StudyGround
    takes: Mapping[str, BoolArray]
    of_places: Mapping[str, PlaceRule]
    unknown: Mapping[str, BoolArray]

    def left_m2(self) -> dict[str, float]:
        """Measure what is left after each rule [m2]."""
        is_left = np.ones(len(self.ground.shapes), bool)
        left_m2 = {}
        for rule, is_taken in self.takes.items():
            is_left = is_left & ~is_taken
            left_m2[rule] = float(self.ground.area_m2[is_left].sum())
        shapes = joined(self.ground.shapes[is_left])
        for rule, kept in self.of_places.items():
            shapes = kept(shapes)
            left_m2[rule] = float(shapely.area(shapes).sum())
        return left_m2

    def places(self, but: str | None = None, until: str | None = None) -> Shapes:
        """Find the places that all rules leave, or all but one, or all that come before one."""
        taken = [is_taken for rule, is_taken in self.takes.items() if rule != but]
        return self._as_places(~np.any(taken, axis=0), but, until)

    def to_measure(self) -> Shapes:
        """List all places that a rule on measured figures may meet, whatever rule is left out."""
        if not self._measured:
            return self.ground.shapes[:0]
        first = self._measured[0]
        left_out = [None, *self.takes, *self.of_places]
        every = [self.places(but, first) for but in left_out if but not in SETTING_ASIDE]
        every += [self._as_places(is_open, until=first) for _, is_open in self._open()]
        return np.concatenate(every)

    def set_aside(self) -> tuple[Shapes, list[Reason]]:
        """Find what only rules that set aside take, joined by reason."""
        shapes, reasons = [], []
        for code, is_open in self._open():
            shapes.append(self._as_places(is_open, until="floor_area_unknown"))
            reasons += [Reason(code)] * len(shapes[-1])
        if "floor_area_unknown" in self.of_places:
            places = self.places(until="floor_area_unknown")
            kept = self.of_places["floor_area_unknown"](places)
            shapes.append(places[~np.isin(shape_ids(places), shape_ids(kept))])
            reasons += [Reason("floor_area_unknown")] * len(shapes[-1])
        return np.concatenate(shapes), reasons

    @property
    def _measured(self) -> list[str]:
        return [rule for rule in self.of_places if rule in _ON_FIGURES]

    def _open(self) -> Iterator[tuple[str, BoolArray]]:
        """Give the pieces that no known figure takes and of which something is unknown, by code."""
        known = [is_taken for rule, is_taken in self.takes.items() if rule not in SETTING_ASIDE]
        is_left = ~np.any(known, axis=0)
        for code, is_unknown in self.unknown.items():
            yield code, is_left & is_unknown
            is_left = is_left & ~is_unknown

    def _as_places(
        self, is_kept: BoolArray, but: str | None = None, until: str | None = None
    ) -> Shapes:
        shapes = joined(self.ground.shapes[is_kept])
        for rule, kept in self.of_places.items():
            if rule == until:
                break
            shapes = shapes if rule == but else kept(shapes)
        return shapes


def rules_of(search: SiteSearch, ground: StudyGround, measures: PlaceMeasures) -> Rules:
    """Make the rules of a search."""
    unknown = _unknown(ground, search)
    no_right_known = unknown["no_local_plan_in_data"]
    stage = np.where(ground.has_plan, ground.stage, np.inf)
    is_built = ground.built_ratio > search.max_built_ratio  # never where it is unknown
    if ground.is_on_footprint is not None:
        is_built |= np.isnan(ground.built_ratio) & ground.is_on_footprint
    takes = {
        "plan": (stage > _LAST_STAGE[search.stage]) & ~no_right_known,
        "excluded": ground.is_excluded,
        "built": is_built,
        "unknown": np.any([*unknown.values()], axis=0),
        "cut": ground.is_cut,
    }
    return Rules(ground, takes, _place_rules(search, measures), unknown)


def _unknown(ground: StudyGround, search: SiteSearch) -> dict[str, BoolArray]:
    """Tell of which pieces something is unknown, by the code of the reason."""
    # a framework says what may come, not whether a local plan that nobody read gives the right
    is_right_unknown = search.stage != "potential" and not ground.has_local_plans
    is_standing_unknown = np.isnan(ground.built_ratio) & (ground.is_on_footprint is None)
    return {
        "stage_unknown": ground.has_plan & np.isnan(ground.stage),
        "no_local_plan_in_data": ground.has_plan & is_right_unknown,
        "standing_unknown": is_standing_unknown,
    }


def _place_rules(search: SiteSearch, measures: PlaceMeasures) -> dict[str, PlaceRule]:
    """List the rules that take whole places or change their shape."""
    rules: dict[str, PlaceRule] = {}
    if search.min_width_m is not None:
        rules["width"] = partial(wide_enough, width_m=search.min_width_m)
    rules["area"] = lambda shapes: shapes[
        _between(shapely.area(shapes), search.min_area_m2, search.max_area_m2)
    ]
    if search.max_station_walk_m is not None:
        rules["station_walk"] = lambda shapes: shapes[
            _between(measures.station_walk_m(shapes), None, search.max_station_walk_m)
        ]
    least, most = search.min_floor_area_m2, search.max_floor_area_m2
    if search.limits_floor_area:
        rules["floor_area_unknown"] = lambda shapes: shapes[
            ~np.isnan(measures.floor_area_m2(shapes))
        ]
        rules["floor_area"] = lambda shapes: shapes[
            _between(measures.floor_area_m2(shapes), least, most)
        ]
    return rules


def _between(values: FloatArray, least: float | None, most: float | None) -> BoolArray:
    low, high = (0.0 if least is None else least), (np.inf if most is None else most)
    return (values >= low) & (values <= high)


def rule_texts(search: SiteSearch) -> dict[str, Reason]:
    """Say each rule as a code with the figures asked for."""
    return {
        "study_area": Reason("find_study_area"),
        "plan": Reason("find_plan", use=search.use, stage=search.stage),
        "excluded": Reason("find_excluded"),
        "built": Reason("find_built", ratio=search.max_built_ratio),
        "unknown": Reason("find_unknown"),
        "cut": Reason("find_cut"),
        "width": Reason("find_width", width=search.min_width_m),
        "area": _between_text("find_area", search.min_area_m2, search.max_area_m2),
        "station_walk": Reason("find_station_walk", walk=search.max_station_walk_m),
        "floor_area_unknown": Reason("find_floor_area_unknown"),
        "floor_area": _between_text(
            "find_floor_area", search.min_floor_area_m2, search.max_floor_area_m2
        ),
    }


def _between_text(code: str, least: float | None, most: float | None) -> Reason:
    """Name the limits that are set: the least, the most or both."""
    if most is None:
        return Reason(_AT_LEAST[code], min=least)
    return Reason(_AT_MOST[code], max=most) if least is None else Reason(code, min=least, max=most)

"""Whether it pays to build on sites: appraisals by use and reading of the plans, with their range.

Likely is the appraisal of all likely figures; low and high are the 10th and 90th percentile of the
draws, which take every range as a triangle and are the same for all sites: they are wrong together.
Where floor area is unknown so is the answer, and where there is none to build there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.stats import qmc, triang

from geo_planner.arrays import FloatArray
from geo_planner.config import Land, Study, require_study
from geo_planner.errors import InputError
from geo_planner.finder.appraisal import PARTS, Ranges, appraise, ranges_of
from geo_planner.finder.assumptions import Assumptions
from geo_planner.land import plans_over, site_capacity
from geo_planner.land.constraints.shares import site_constraints
from geo_planner.land.factors import ENDS
from geo_planner.reasons import Reason
from geo_planner.region import Region, require_region

READINGS = ("now", "if_adopted", "potential")
_PERCENTILES = (10, 90)
_ANSWERS = (
    "land_value", "profit_before_land", "yield_on_cost", "break_even_rent_per_m2_year",
)  # fmt: skip
_KEYS = ("site_id", "use", "state")
_MOST_NAMED = 3


@dataclass(frozen=True)
class Feasibility:
    """Hold the appraisals of sites.

    Parameters
    ----------
    appraisals
        One row per site, use and reading (columns ``site_id``, ``use``, ``state``): ``name``,
        ``floor_area_low_m2``, ``_likely_m2``, ``_high_m2``; low, likely and high of ``land_value``,
        ``profit_before_land``, ``yield_on_cost`` and ``break_even_rent_per_m2_year``;
        ``land_value_per_floor_m2`` (likely), ``pays_share`` (of draws in which land is worth more
        than nothing), ``moved_most_by`` (names of the figures that move it most), the parts of the
        likely value (``value`` less the others is ``land_value_likely``), and ``reason`` where
        there is no answer. Money in the currency and prices of the assumptions.
    tornado
        One row per appraisal and figure with a range, what moves it most first: ``figure``,
        ``low_input``, ``high_input``, ``land_value_at_low``, ``land_value_at_high``, ``swing``.
    assumptions
        What the user assumes.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from geo_planner import (
    ...     appraise_sites, example_region, read_assumptions, write_example_assumptions)
    >>> file = write_example_assumptions(Path(mkdtemp()) / "assumptions.toml")
    >>> appraise_sites(example_region(), read_assumptions(file))
    Feasibility(3 sites x 2 uses x 3 readings, made-up numbers)
    """

    appraisals: pd.DataFrame
    tornado: pd.DataFrame
    assumptions: Assumptions

    def __repr__(self) -> str:
        n_sites, n_uses, n_states = (self.appraisals[key].nunique() for key in _KEYS)
        made_up = ", made-up numbers" if self.assumptions.is_made_up else ""
        return f"Feasibility({n_sites} sites x {n_uses} uses x {n_states} readings{made_up})"


def appraise_sites(
    region: Region,
    assumptions: Assumptions,
    sites: gpd.GeoDataFrame | None = None,
    study: Study | None = None,
) -> Feasibility:
    """Appraise sites for every use that is assumed for, by every reading of the plans.

    Parameters
    ----------
    region
        Region with plans.
    assumptions
        What the user assumes.
    sites
        Sites, index site_id; None: the region's.
    study
        Settings of land; None: those the region was built with.

    Raises
    ------
    InputError
        When there are no sites.

    Examples
    --------
    The local plan of the quay, 40 000 m2 at a ratio of a half, is a right:

    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from geo_planner import (
    ...     appraise_sites, example_region, read_assumptions, write_example_assumptions)
    >>> file = write_example_assumptions(Path(mkdtemp()) / "assumptions.toml")
    >>> rows = appraise_sites(example_region(), read_assumptions(file)).appraisals
    >>> quay = rows.set_index(["site_id", "use", "state"]).loc[("quay", "laboratory", "now")]
    >>> float(quay["floor_area_likely_m2"])
    20000.0
    """
    require_region(region)
    given = region.geo_table("sites").set_index("site_id") if sites is None else sites
    if not len(given):
        raise InputError("there are no sites to appraise; add a layer for the table 'sites'")
    capacity, floors = _floor_area(region, given, assumptions, study)
    figures = _Draws(assumptions)
    rows, tornado = [], []
    for (site_id, state, use), area in capacity.iterrows():
        key = {"site_id": site_id, "name": given["name"].get(site_id), "use": use, "state": state}
        area_m2 = tuple(float(area[f"floor_area_{end}_m2"]) for end in ENDS)
        row = key | {f"floor_area_{end}_m2": one for end, one in zip(ENDS, area_m2, strict=True)}
        if not area_m2[1] > 0:
            is_unknown = np.isnan(area_m2[1])
            none = str(Reason("no_floor_area_to_add"))
            rows.append(row | {"reason": (area["unknown_reason"] or None) if is_unknown else none})
            continue
        ranges = ranges_of(assumptions, str(use), str(state), area_m2, floors[site_id])  # type: ignore[arg-type]
        moved = figures.moves(ranges, area["demolished_m2"])
        rows.append(row | figures.answers(ranges, area["demolished_m2"], moved))
        tornado += [{name: key[name] for name in _KEYS} | one for one in moved]
    return Feasibility(pd.DataFrame(rows), pd.DataFrame(tornado), assumptions)


def _floor_area(
    region: Region, sites: gpd.GeoDataFrame, assumptions: Assumptions, study: Study | None
) -> tuple[pd.DataFrame, pd.Series]:
    """Give floor area to build and to pull down by site, reading and use, and floors by site."""
    if study is None:
        land = Land.model_validate(region.study.get("land", {}))
    else:
        land = require_study(study).land
    plans = plans_over(region, sites, land)
    capacity = site_capacity(
        plans,
        land=land,
        uses=[*assumptions.uses],
        states=READINGS,
        ground=site_constraints(region, sites).summary,
    ).xs("add", level="variant")
    built = "allowed" if assumptions.replaces_buildings else "remaining"
    ends = np.sort(capacity[[f"{built}_{end}_m2" for end in ENDS]].to_numpy(float), axis=1)
    columns: dict[str, Any] = {f"floor_area_{e}_m2": ends[:, k] for k, e in enumerate(ENDS)}
    standing_m2 = capacity["existing_floor_area_m2"].to_numpy(float)
    columns["demolished_m2"] = standing_m2 if assumptions.replaces_buildings else 0.0
    columns["unknown_reason"] = capacity["unknown_reason"].to_numpy()
    found = pd.DataFrame(columns, index=capacity.index)
    # what is to be pulled down and nobody has counted leaves the answer open
    is_open = np.isnan(found["demolished_m2"])
    found.loc[is_open, [f"floor_area_{end}_m2" for end in ENDS]] = np.nan
    found.loc[is_open, "unknown_reason"] = str(Reason("standing_unknown"))
    if not plans.has_local_plans:
        # no right can be told where no local plan was read: floor area is unknown, and that is why
        is_by_right = found.index.get_level_values("state") != "potential"
        found.loc[is_by_right, "unknown_reason"] = str(Reason("no_local_plan_in_data"))
    floors = plans.parts["ruling_max_floors"].groupby(plans.parts["site_id"])
    return found, floors.agg(lambda part: part.max(skipna=False))


class _Draws:
    """Draw every figure between its ends, the same place of all sites in each draw."""

    def __init__(self, assumptions: Assumptions) -> None:
        self._kinds = [*assumptions.parking]
        use = next(iter(assumptions.uses))
        names = ranges_of(assumptions, use, READINGS[0], (0.0, 0.0, 0.0), np.nan)
        sampler = qmc.LatinHypercube(len(names), seed=np.random.default_rng(assumptions.seed))
        self._place = dict(zip(names, sampler.random(assumptions.draws).T, strict=True))

    def answers(
        self, ranges: Ranges, standing_m2: float, moved: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Give the answers with their range, and the parts of the likely value."""
        drawn = {name: self._drawn(name, *ends) for name, ends in ranges.items()}
        low_high = appraise(drawn, standing_m2, self._kinds)
        likely = self._likely(ranges, standing_m2)
        found: dict[str, Any] = {}
        for name in _ANSWERS:
            low, high = np.percentile(low_high[name], _PERCENTILES)
            found |= {f"{name}_low": low, f"{name}_likely": likely[name], f"{name}_high": high}
        per_m2 = likely["land_value"] / ranges["floor_area_m2"][1]
        return found | {
            "land_value_per_floor_m2": per_m2,
            "pays_share": float((low_high["land_value"] > 0).mean()),
            "moved_most_by": " ".join(one["figure"] for one in moved[:_MOST_NAMED]),
            **{part: likely[part] for part in PARTS[:-1]},
        }

    def moves(self, ranges: Ranges, standing_m2: float) -> list[dict[str, Any]]:
        """Set one figure after the other to its ends, all others likely; what moves most first."""
        rows: list[dict[str, Any]] = []
        for name, ends in ranges.items():
            if ends[0] == ends[2]:
                continue
            at_low, at_high = (
                self._likely(ranges | {name: (end, end, end)}, standing_m2)["land_value"]
                for end in (ends[0], ends[2])
            )
            rows.append(
                {
                    "figure": name,
                    "low_input": ends[0],
                    "high_input": ends[2],
                    "land_value_at_low": at_low,
                    "land_value_at_high": at_high,
                    "swing": abs(at_high - at_low),
                }
            )
        moving = [row for row in rows if row["swing"] > 0]
        return sorted(moving, key=lambda row: (-row["swing"], row["figure"]))

    def _likely(self, ranges: Ranges, standing_m2: float) -> Mapping[str, float]:
        figures = {name: np.array(ends[1]) for name, ends in ranges.items()}
        found = appraise(figures, standing_m2, self._kinds)
        return {name: float(value) for name, value in found.items()}

    def _drawn(self, name: str, low: float, likely: float, high: float) -> FloatArray:
        place = self._place[name]
        if low == high:
            return np.full(len(place), low)
        width = high - low
        drawn: FloatArray = triang.ppf(place, (likely - low) / width, low, width)
        return drawn

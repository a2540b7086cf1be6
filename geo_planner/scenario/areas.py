"""Modifications of what areas allow and forbid: plans, constraints."""

from datetime import date
from typing import Any, ClassVar, Literal, Self

import geopandas as gpd
import numpy as np
import shapely
from pydantic import Field, model_validator
from shapely.geometry.base import BaseGeometry

from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import Draft, Mask
from geo_planner.scenario.refusals import Refused, unfit_value
from geo_planner.scenario.values import AnyShape, AreaShape, Selection

UseCode = Literal[11, 21, 31, 41, 51, 61, 71, 81, 91, 96]
HOME_USE_CODES = (11, 21)
SLIVER_M2 = 1.0
_REPLACED = {
    "framework": ("framework",),
    "local_plan": ("local_plan", "sub_area", "building_field"),
}
_DESCRIBING = {"do", "plans", "area", "level", "name"}


class Rezone(Modification):
    """Give plans new values, or lay a new plan over an area.

    With ``area`` a new adopted plan is added, and adopted and proposed plans of its level (for a
    local plan sub-areas and building fields too) lose the ground it covers.
    """

    touches: ClassVar = ("plans",)
    cannot: ClassVar = "Floor area that stands and homes that are there stay."

    do: Literal["Rezone"] = "Rezone"
    plans: Selection | None = Field(None, description="Plans that get new values.")
    area: AreaShape | None = Field(None, description="Area of a new plan.")
    level: Literal["framework", "local_plan"] = Field(
        "local_plan", description="Level of the new plan."
    )
    name: str | None = Field(None, description="Name of the new plan.")
    use_code: UseCode | None = Field(None, description="General use in the national register.")
    floor_area_ratio: float | None = Field(None, ge=0, le=20, description="Floor over plot area.")
    ratio_basis: Literal[1, 2, 3, 4] | None = Field(
        None, description="1 the whole area, 2 property, 3 plot, 4 parcel."
    )
    max_floors: float | None = Field(None, ge=0, le=100, description="Storeys.")
    max_height_m: float | None = Field(None, ge=0, le=500, description="Building height.")
    max_floor_area_m2: float | None = Field(None, ge=0, description="Floor area stated outright.")
    env_class_min: int | None = Field(None, ge=1, le=7, description="Lowest environmental class.")
    env_class_max: int | None = Field(None, ge=1, le=7, description="Highest environmental class.")
    zone_status: Literal["urban", "summer_house", "rural"] | None = Field(
        None, description="Planning zone."
    )
    document_url: str | None = Field(None, description="Where the plan can be read.")
    dated: date | None = Field(None, description="Day it is taken to be adopted.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        problems = []
        if (self.plans is None) == (self.area is None):
            problems.append(Reason("rezone_one"))
        if not self._values():
            problems.append(Reason("rezone_value"))
        if self.area is not None and self.floor_area_ratio is not None and not self.ratio_basis:
            problems.append(Reason("rezone_basis"))
        low, high = self.env_class_min, self.env_class_max
        if low is not None and high is not None and low > high:
            problems.append(Reason("rezone_classes", low=low, high=high))
        if problems:
            raise unfit_value("several_problems", problems=tuple(problems))
        return self

    def _values(self) -> dict[str, Any]:
        content = self.model_dump(exclude=_DESCRIBING)
        values = {name: value for name, value in content.items() if value is not None}
        return values | ({"dated": self.dated.isoformat()} if self.dated else {})

    def apply(self, draft: Draft) -> None:
        """Change rows, or cut older plans and add one."""
        if self.plans is not None:
            draft.set("plans", draft.select("plans", self.plans), self._values())
            return
        assert self.area is not None  # noqa: S101 -- the model says so
        shape = draft.place(self.area)
        plans = draft.frame("plans")
        older = plans["level"].isin(_REPLACED[self.level]) & (plans["status"] != "cancelled")
        cut_away(draft, older.to_numpy(bool), shape)
        row = self._values() | {
            "plan_id": self.added_id, "level": self.level, "part": 0, "name": self.name,
            "status": "adopted", "geometry": shape,
        }  # fmt: skip
        draft.add("plans", [row])


class AdoptProposedPlans(Modification):
    """Adopt proposed plans; older adopted plans lose the ground they cover."""

    touches: ClassVar = ("plans",)
    cannot: ClassVar = "It adopts what is proposed, unchanged."

    do: Literal["AdoptProposedPlans"] = "AdoptProposedPlans"
    plans: Selection | None = Field(None, description="Which; by default all that are proposed.")

    def apply(self, draft: Draft) -> None:
        """Set the status, and cut older plans of the same rank."""
        plans = draft.frame("plans")
        rows: Mask = (plans["status"] == "proposed").to_numpy(bool)
        if self.plans is not None:
            rows = rows & draft.select("plans", self.plans)
        if not rows.any():
            raise Refused(Reason("scenario_no_proposal"))
        chosen = gpd.GeoDataFrame(plans[rows])
        older = (plans["status"] == "adopted").to_numpy(bool)
        draft.set("plans", rows, {"status": "adopted"})
        for level, replaced in _REPLACED.items():
            new = chosen[chosen["level"] == level]
            if len(new):
                is_cut = older & plans["level"].isin(replaced).to_numpy(bool)
                cut_away(draft, is_cut, new.union_all())
                plans = draft.frame("plans")
                older = np.isin(_keys(plans), _keys(draft.region.table("plans"))) & (
                    plans["status"] == "adopted"
                ).to_numpy(bool)


def _keys(plans: Any) -> Any:
    return (plans["plan_id"] + "\n" + plans["level"] + "\n" + plans["part"].astype(str)).to_numpy()


def cut_away(draft: Draft, rows: Mask, shape: BaseGeometry) -> None:
    """Take an area out of plans; those of which less than a sliver is left go."""
    plans = gpd.GeoDataFrame(draft.frame("plans"))
    hit = rows & shapely.intersects(plans.geometry.to_numpy(), shape)
    if not hit.any():
        return
    left = shapely.difference(plans.geometry.to_numpy()[hit], shape)
    polygons = [_polygons_of(part) for part in left]
    draft.set("plans", hit, {"geometry": polygons})
    kept = np.ones(len(plans), dtype=bool)
    kept[np.flatnonzero(hit)] = [part.area > SLIVER_M2 for part in polygons]
    draft.keep("plans", kept)


def _polygons_of(shape: BaseGeometry) -> BaseGeometry:
    parts = [
        part
        for part in shapely.get_parts(shape, return_index=False)
        if part.geom_type == "Polygon" and part.area > SLIVER_M2
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


class AddConstraint(Modification):
    """Protect or burden an area."""

    touches: ClassVar = ("constraints",)
    cannot: ClassVar = "What the kind means is told by the table of constraint kinds."

    do: Literal["AddConstraint"] = "AddConstraint"
    kind: str = Field(min_length=1, description="Kind, as in the packaged table of kinds.")
    area: AnyShape = Field(description="Where it holds, or the object it is laid round.")
    name: str | None = Field(None, description="Name.")
    effect: Literal["excludes", "limits", "informs"] | None = Field(
        None, description="Effect; by default that of the kind."
    )
    cap: str | None = Field(None, description="Limit that applies.")
    geometry_is: Literal["zone", "object"] = Field("zone", description="What the area is.")
    constraint_id: str | None = Field(None, description="Identifier; by default from content.")

    def apply(self, draft: Draft) -> None:
        """Add a row."""
        if self.effect is None and self.kind not in constraint_kinds():
            raise Refused(
                Reason(
                    "scenario_unknown_kind", kind=self.kind, kinds=tuple(sorted(constraint_kinds()))
                )
            )
        row = {
            "constraint_id": self.constraint_id or self.added_id, "kind": self.kind,
            "name": self.name, "effect": self.effect, "cap": self.cap,
            "geometry_is": self.geometry_is, "source": "scenario",
            "geometry": draft.place(self.area),
        }  # fmt: skip
        draft.add("constraints", [row])


def constraint_kinds() -> frozenset[str]:
    """Name the kinds of the packaged table."""
    return frozenset(row["kind"] for row in packaged_rows("constraint_kinds"))


class RemoveConstraint(Modification):
    """Lift constraints."""

    touches: ClassVar = ("constraints",)
    cannot: ClassVar = "Whether the law allows it is not asked."

    do: Literal["RemoveConstraint"] = "RemoveConstraint"
    constraints: Selection = Field(description="Which to lift.")

    def apply(self, draft: Draft) -> None:
        """Remove rows."""
        draft.keep("constraints", ~draft.select("constraints", self.constraints))

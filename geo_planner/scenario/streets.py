"""Modifications of streets that are there: closed, slower, faster, congested, with cycle tracks."""

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from geo_planner.reasons import Reason
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import Draft, Mask
from geo_planner.scenario.refusals import Refused, unfit_value
from geo_planner.scenario.values import Selection
from geo_planner.units import mps_from_kmh

StreetMode = Literal["walk", "bicycle", "car"]
STREET_MODES: tuple[StreetMode, ...] = ("walk", "bicycle", "car")
_NO_CYCLE_TRACK = ("motorway", "motorway_link", "ferry", "steps")
_LIMITS = ("maxspeed_forward_mps", "maxspeed_backward_mps")


class CloseStreet(Modification):
    """Close streets to modes; the street stays in the table."""

    touches: ClassVar = ("streets",)
    cannot: ClassVar = "Buses keep their timetable, whatever street they run on."

    do: Literal["CloseStreet"] = "CloseStreet"
    streets: Selection = Field(description="Streets to close.")
    modes: tuple[StreetMode, ...] = Field(
        STREET_MODES, min_length=1, description="Modes it is closed to; by default all."
    )

    def apply(self, draft: Draft) -> None:
        """Set the access columns of the modes to false."""
        rows = draft.select("streets", self.streets)
        columns = [f"{mode}_{way}" for mode in self.modes for way in ("forward", "backward")]
        draft.set("streets", rows, dict.fromkeys(columns, False))


class ChangeAccess(Modification):
    """Open or close streets to modes, each direction by itself; undoes a CloseStreet."""

    touches: ClassVar = ("streets",)
    cannot: ClassVar = "Barriers and turn restrictions stay."

    do: Literal["ChangeAccess"] = "ChangeAccess"
    streets: Selection = Field(description="Streets to change.")
    walk_forward: bool | None = Field(None, description="Pedestrians along the geometry.")
    walk_backward: bool | None = Field(None, description="Pedestrians against the geometry.")
    bicycle_forward: bool | None = Field(None, description="Cyclists along the geometry.")
    bicycle_backward: bool | None = Field(None, description="Cyclists against the geometry.")
    car_forward: bool | None = Field(None, description="Cars along the geometry.")
    car_backward: bool | None = Field(None, description="Cars against the geometry.")
    is_destination_only: bool | None = Field(None, description="Cars only to stop there.")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self._values():
            raise unfit_value("access_direction")
        return self

    def _values(self) -> dict[str, bool]:
        content = self.model_dump(exclude={"do", "streets"})
        return {name: value for name, value in content.items() if value is not None}

    def apply(self, draft: Draft) -> None:
        """Set the access columns that are given."""
        draft.set("streets", draft.select("streets", self.streets), self._values())


class AdjustSpeed(Modification):
    """Give streets another speed limit for cars, or change the stated one by a factor."""

    touches: ClassVar = ("streets",)
    cannot: ClassVar = "Walking and cycling speeds are settings of the study, not of a street."

    do: Literal["AdjustSpeed"] = "AdjustSpeed"
    streets: Selection = Field(description="Streets to change: by id, class, name or area.")
    speed_kmh: float | None = Field(None, gt=0, le=300, description="New speed limit.")
    factor: float | None = Field(None, gt=0, le=10, description="New limit over the stated one.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.speed_kmh is None) == (self.factor is None):
            raise unfit_value("speed_one")
        return self

    def apply(self, draft: Draft) -> None:
        """Set both limits; a factor leaves streets without a stated limit as they are."""
        rows = draft.select("streets", self.streets)
        if self.speed_kmh is not None:
            draft.set("streets", rows, dict.fromkeys(_LIMITS, mps_from_kmh(self.speed_kmh)))
            return
        chosen = draft.frame("streets").loc[rows, list(_LIMITS)]
        n_unstated = int(chosen.isna().all(axis=1).sum())
        if n_unstated:
            draft.note(Reason("scenario_no_limit", streets=int(n_unstated)))
        values = {column: chosen[column] * self.factor for column in _LIMITS}
        draft.set("streets", rows, values)


class CongestArea(Modification):
    """Slow cars on streets by a factor on their free-flow speed; factors multiply."""

    touches: ClassVar = ("streets",)
    cannot: ClassVar = "It says nothing of how traffic shifts to other streets."

    do: Literal["CongestArea"] = "CongestArea"
    streets: Selection = Field(description="Streets concerned, mostly by area.")
    factor: float = Field(ge=0.01, le=10, description="Speed there over free-flow speed.")

    def apply(self, draft: Draft) -> None:
        """Write ``car_speed_factor``."""
        rows = draft.select("streets", self.streets)
        before = draft.frame("streets").loc[rows, "car_speed_factor"].astype(float)
        after = before.fillna(1.0) * self.factor
        draft.set("streets", rows, {"car_speed_factor": after.where(after != 1.0)})


class AddCycleTrack(Modification):
    """Lay cycle tracks or lanes along streets, open to cyclists."""

    touches: ClassVar = ("streets",)
    cannot: ClassVar = "Motorways, steps and ferries take no cycle track; a new path is AddStreet."

    do: Literal["AddCycleTrack"] = "AddCycleTrack"
    streets: Selection = Field(description="Streets that get it.")
    facility: Literal["track", "lane", "shared"] = Field("track", description="What is laid.")
    both_directions: bool = Field(
        default=True, description="Open to cyclists both ways; else as now."
    )

    def apply(self, draft: Draft) -> None:
        """Set the facility and, where asked for, open both directions."""
        rows: Mask = draft.select("streets", self.streets)
        chosen = draft.frame("streets").loc[rows, ["street_id", "road_class"]]
        unfit = chosen[chosen["road_class"].isin(_NO_CYCLE_TRACK)]
        if len(unfit):
            first = unfit.iloc[0]
            raise Refused(
                Reason(
                    "scenario_no_cycle_track",
                    streets=len(unfit),
                    street=first["street_id"],
                    road_class=first["road_class"],
                )
            )
        opened = ("bicycle_forward", "bicycle_backward") if self.both_directions else ()
        values: dict[str, object] = {"cycle_facility": self.facility}
        draft.set("streets", rows, values | dict.fromkeys(opened, np.True_))

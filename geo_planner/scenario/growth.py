"""Modifications of how many live and work where: development of an area, growth of zones."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import geopandas as gpd
import pandas as pd
import shapely
from pydantic import Field, model_validator
from shapely.geometry.base import BaseGeometry

from geo_planner.config import NumberFormat
from geo_planner.errors import GeoPlannerError
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import Draft, content_digest
from geo_planner.scenario.places import add_business
from geo_planner.scenario.refusals import Refused, unfit_value
from geo_planner.scenario.values import AreaShape, Selection
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.vector.delimited import read_delimited
from geo_planner.sources.vector.numbers import as_numbers, to_floats

Count = Literal[
    "population_count", "workers_count", "workers_basic_count", "workers_vocational_count",
    "workers_higher_count", "pupils_count",
]  # fmt: skip
COUNTS: tuple[Count, ...] = (
    "population_count", "workers_count", "workers_basic_count", "workers_vocational_count",
    "workers_higher_count", "pupils_count",
)  # fmt: skip
_FORECAST_KEYS = ("zone_id", "district")


@cache
def development_rates() -> dict[str, float]:
    """Read the packaged rates: persons per home, employed per person."""
    return {row["rate"]: float(row["value"]) for row in packaged_rows("development_rates")}


class AddDevelopment(Modification):
    """Build homes, workplaces or floor area on an area.

    Homes become a new zone of the area, with residents and workers by stated rates; jobs become a
    workplace in its middle; floor area adds to what stands on the sites and parcels it covers, by
    the share of the area on each, and so uses up their capacity: what a plan allows less what
    stands. Capacity tells the breach, where more stands than is allowed, as ``overbuilt_m2``.
    """

    touches: ClassVar = ("zones", "businesses", "sites", "parcels")
    cannot: ClassVar = "Plans stay: floor area above what they allow shows as a breach."

    do: Literal["AddDevelopment"] = "AddDevelopment"
    name: str = Field(min_length=1, description="Name.")
    area: AreaShape = Field(description="Ground that is built on.")
    homes_count: float = Field(0, ge=0, description="Homes.")
    jobs_count: float = Field(0, ge=0, description="Jobs.")
    floor_area_m2: float = Field(0, ge=0, description="Floor area.")
    persons_per_home: float | None = Field(None, gt=0, le=20, description="Rate, if not packaged.")
    employed_share: float | None = Field(None, ge=0, le=1, description="Rate, if not packaged.")
    branch_code: str | None = Field(None, description="Branch code of the jobs.")
    branch_standard: Literal["DB07", "DB25"] | None = Field(None, description="Its code list.")
    sector: Literal["private", "public"] | None = Field(None, description="Sector of the jobs.")

    @model_validator(mode="after")
    def _builds_something(self) -> Self:
        if not (self.homes_count or self.jobs_count or self.floor_area_m2):
            raise unfit_value("development_counts")
        return self

    def apply(self, draft: Draft) -> None:
        """Add the zone, the workplace and the floor area."""
        shape = draft.place(self.area)
        if self.homes_count:
            self._add_zone(draft, shape)
        if self.jobs_count:
            row = {
                "business_id": self.added_id, "name": self.name, "role": "study",
                "employees_count": self.jobs_count, "sector": self.sector,
                "branch_code": self.branch_code, "branch_standard": self.branch_standard,
            }  # fmt: skip
            add_business(draft, row, shape.representative_point())
        if self.floor_area_m2:
            off_sites = self.floor_area_m2 - self._add_floor_area(draft, "sites", shape)
            if off_sites > 1:
                draft.note(Reason("scenario_off_sites", area=float(off_sites)))
            sites = gpd.GeoDataFrame(draft.frame("sites"))
            is_unknown = sites["existing_floor_area_m2"].isna() & sites.intersects(shape)
            if is_unknown.any():
                names = tuple(sites.loc[is_unknown, "site_id"])
                draft.note(Reason("scenario_existing_unknown", sites=names))
            self._add_floor_area(draft, "parcels", shape)

    def _add_zone(self, draft: Draft, shape: BaseGeometry) -> None:
        zones = gpd.GeoDataFrame(draft.frame("zones"))
        district = None
        if len(zones):
            shared = shapely.area(shapely.intersection(zones.geometry.to_numpy(), shape))
            if shared.max() > 0:
                district = zones["district"].iloc[int(shared.argmax())]
        rates = development_rates()
        persons = self.homes_count * (self.persons_per_home or rates["persons_per_home"])
        share = rates["employed_share"] if self.employed_share is None else self.employed_share
        row = {
            "zone_id": self.added_id, "role": "study", "name": self.name, "district": district,
            "population_count": persons, "workers_count": persons * share, "geometry": shape,
        }  # fmt: skip
        draft.add("zones", [row])

    def _add_floor_area(self, draft: Draft, table: str, shape: BaseGeometry) -> float:
        """Add to what stands on the rows of a table by ground covered; return the sum [m2]."""
        frame = gpd.GeoDataFrame(draft.frame(table))
        shared = shapely.area(shapely.intersection(frame.geometry.to_numpy(), shape))
        rows = shared > 0
        built = self.floor_area_m2 * shared[rows] / shape.area
        if rows.any():
            standing = frame.loc[rows, "existing_floor_area_m2"]
            draft.set(table, rows, {"existing_floor_area_m2": standing + built})
        return float(built.sum())


class GrowZones(Modification):
    """Let the people of zones grow by a factor, or set them from a forecast table."""

    touches: ClassVar = ("zones",)
    cannot: ClassVar = "Counts that are unknown stay unknown under a factor."

    do: Literal["GrowZones"] = "GrowZones"
    zones: Selection | None = Field(None, description="Which grow; by default those of the study.")
    factor: float | None = Field(None, ge=0, le=100, description="New count over the old one.")
    counts: tuple[Count, ...] = Field(COUNTS, min_length=1, description="Counts that grow.")
    forecast: Path | None = Field(
        None, description="CSV: zone_id or district, and counts; relative to the scenario's file."
    )
    decimal: Literal[".", ","] | None = Field(
        None, description="Decimal mark of the forecast; by default found from its numbers."
    )
    thousands: Literal[".", ",", " ", "'"] | None = Field(
        None, description="Mark between thousands of the forecast; by default found."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.factor is None) == (self.forecast is None):
            raise unfit_value("growth_one")
        if self.decimal is not None and self.decimal == self.thousands:
            raise unfit_value("growth_marks")
        return self

    def content(self) -> dict[str, Any]:
        """Name the forecast by its content, wherever the file lies."""
        content = super().content()
        if self.forecast is not None and self.forecast.is_file():
            content["forecast"] = content_digest(self.forecast.read_bytes().hex())
        return content

    def apply(self, draft: Draft) -> None:
        """Multiply or set the counts."""
        zones = draft.frame("zones")
        rows = (
            (zones["role"] == "study").to_numpy(bool)
            if self.zones is None
            else draft.select("zones", self.zones)
        )
        if self.factor is not None:
            values = zones.loc[rows, list(self.counts)] * self.factor
            draft.set("zones", rows, {name: values[name] for name in self.counts})
            return
        assert self.forecast is not None  # noqa: S101 -- the model says so
        written = NumberFormat(decimal=self.decimal, thousands=self.thousands)
        table = _read_forecast(self.forecast, written)
        key = next(name for name in _FORECAST_KEYS if name in table)
        unknown = sorted(set(table[key]) - set(zones.loc[rows, key]))
        if unknown:
            first = ", ".join(map(repr, unknown[:5]))
            raise Refused(
                Reason(
                    "scenario_forecast_unknown",
                    file=self.forecast.name,
                    rows=len(unknown),
                    key=key,
                    first=first,
                )
            )
        totals = table.set_index(key)
        for name in totals.columns:
            self._set_count(draft, rows, key, totals[name])

    @staticmethod
    def _set_count(draft: Draft, rows: Any, key: str, totals: pd.Series) -> None:
        """Set a count of zones; a district's total is shared in proportion to what it was."""
        zones = draft.frame("zones")
        name = str(totals.name)
        rows = rows & zones[key].isin(totals.index).to_numpy(bool)
        chosen = zones[rows]
        total = chosen[key].map(totals).astype(float)
        if key == "zone_id":
            draft.set("zones", rows, {name: total})
            return
        before = chosen[name].groupby(chosen[key]).transform("sum")
        if (before == 0).any():
            empty = chosen.loc[before == 0, key].iloc[0]
            raise Refused(Reason("scenario_no_share", district=empty, column=name))
        n_unknown = int(chosen[name].isna().sum())
        if n_unknown:
            draft.note(Reason("scenario_zones_unknown", zones=n_unknown, column=name))
        draft.set("zones", rows, {name: chosen[name] * total / before})


def _read_forecast(path: Path, written: NumberFormat) -> pd.DataFrame:
    """Read a forecast table.

    Raises
    ------
    Refused
        With all that is wrong with it.
    """
    try:
        read = read_delimited(path)
    except GeoPlannerError as error:
        raise Refused(Reason("error_text", text=str(error))) from error
    counts = [name for name in COUNTS if name in read.frame]
    table, _, unread = as_numbers(read.frame, counts, stated=written, separator=read.separator)
    file = path.name
    texts = [Reason("error_text", text=text) for text in unread]
    problems = [Reason("scenario_of_file", file=file, what=text) for text in texts]
    problems += [*_key_problems(file, table), *_column_problems(file, table)]
    if not problems:
        problems += _count_problems(file, table, counts)
    if problems:
        raise Refused(*problems)
    return table.assign(**{name: to_floats(table[name]) for name in counts})


def _key_problems(file: str, table: pd.DataFrame) -> Iterator[Reason]:
    keys = [name for name in _FORECAST_KEYS if name in table]
    if len(keys) != 1:
        yield Reason("scenario_forecast_key", file=file)
    elif table[keys[0]].duplicated().any() or table[keys[0]].isna().any():
        yield Reason("scenario_forecast_once", file=file, key=keys[0])


def _column_problems(file: str, table: pd.DataFrame) -> Iterator[Reason]:
    if not set(table.columns) & set(COUNTS):
        yield Reason("scenario_forecast_no_count", file=file)
    for name in table.columns.difference(_FORECAST_KEYS):
        if name not in COUNTS:
            yield Reason("scenario_forecast_column", file=file, column=name, columns=COUNTS)


def _count_problems(file: str, table: pd.DataFrame, counts: Sequence[str]) -> Iterator[Reason]:
    """Refuse counts that are blank, no number or below 0: a forecast knows how many."""
    key = next(name for name in _FORECAST_KEYS if name in table)
    for name in counts:
        numbers = to_floats(table[name])
        unfit = numbers.isna() | (numbers < 0)
        if unfit.any():
            shown = ", ".join(
                f"{row[key]} ({'blank' if pd.isna(row[name]) else repr(row[name])})"
                for _, row in table[unfit].head(MAX_IDS_SHOWN).iterrows()
            )
            yield Reason(
                "scenario_forecast_counts",
                file=file,
                column=name,
                rows=int(unfit.sum()),
                shown=shown,
            )

"""Modifications of workplaces, candidate sites and stations of shared bicycles."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

import geopandas as gpd
from pydantic import Field, model_validator
from shapely.geometry import Point

from geo_planner.errors import GeoPlannerError
from geo_planner.reasons import Reason
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import Draft
from geo_planner.scenario.refusals import Refused, unfit_value
from geo_planner.scenario.values import AreaShape, GeometryValue, PointShape, Selection
from geo_planner.sources.businesses import assign_clusters

Role = Literal["study", "hinterland"]
BUSINESS_COLUMNS = (
    "name", "role", "employees_count", "branch_code", "branch_standard", "sector",
)  # fmt: skip


class AddBusiness(Modification):
    """Open a workplace; its cluster follows from its branch code."""

    touches: ClassVar = ("businesses",)
    cannot: ClassVar = "It takes up no floor area: that is AddDevelopment."

    do: Literal["AddBusiness"] = "AddBusiness"
    name: str = Field(min_length=1, description="Name.")
    at: PointShape = Field(description="Where it is.")
    employees_count: float = Field(ge=0, description="Jobs.")
    branch_code: str | None = Field(None, description="Branch code.")
    branch_standard: Literal["DB07", "DB25"] | None = Field(None, description="Its code list.")
    sector: Literal["private", "public"] | None = Field(None, description="Owner sector.")
    role: Role = Field("study", description="Counted in the study, or only in access.")
    business_id: str | None = Field(None, description="Identifier; by default from content.")

    @model_validator(mode="after")
    def _code_has_its_list(self) -> Self:
        if (self.branch_code is None) != (self.branch_standard is None):
            raise unfit_value("branch_pair")
        return self

    def apply(self, draft: Draft) -> None:
        """Add a row with its cluster."""
        row = self.model_dump(include=set(BUSINESS_COLUMNS))
        add_business(draft, row | {"business_id": self.business_id or self.added_id}, self.at)


def add_business(draft: Draft, row: Mapping[str, Any], at: GeometryValue | Point) -> None:
    """Add a workplace and assign its cluster by branch code.

    Raises
    ------
    Refused
        When the branch code is none of its list, or the id is taken.
    """
    point = draft.place(at) if isinstance(at, GeometryValue) else at
    frame = gpd.GeoDataFrame([dict(row)], geometry=[point], crs=draft.region.crs)
    try:
        draft.add("businesses", assign_clusters(frame))
    except GeoPlannerError as error:
        raise Refused(Reason("error_text", text=str(error))) from error


class MoveBusiness(Modification):
    """Move workplaces to another place with all their jobs."""

    touches: ClassVar = ("businesses",)
    cannot: ClassVar = "Who works there does not change."

    do: Literal["MoveBusiness"] = "MoveBusiness"
    businesses: Selection = Field(description="Which move.")
    to: PointShape = Field(description="New place.")

    def apply(self, draft: Draft) -> None:
        """Set the geometry."""
        rows = draft.select("businesses", self.businesses)
        draft.set("businesses", rows, {"geometry": [draft.place(self.to)] * int(rows.sum())})


class RemoveBusiness(Modification):
    """Close workplaces."""

    touches: ClassVar = ("businesses",)
    cannot: ClassVar = "The floor area they leave stays as it is."

    do: Literal["RemoveBusiness"] = "RemoveBusiness"
    businesses: Selection = Field(description="Which close.")

    def apply(self, draft: Draft) -> None:
        """Remove rows."""
        draft.keep("businesses", ~draft.select("businesses", self.businesses))


class AddSite(Modification):
    """Propose a candidate site."""

    touches: ClassVar = ("sites",)
    cannot: ClassVar = "Values of rasters within it are not measured: they stay unknown."

    do: Literal["AddSite"] = "AddSite"
    name: str = Field(min_length=1, description="Name.")
    area: AreaShape = Field(description="Its ground.")
    area_m2: float | None = Field(None, gt=0, description="Ground area; by default measured.")
    existing_floor_area_m2: float | None = Field(None, ge=0, description="Floor area there.")
    owner_type: str | None = Field(None, description="Kind of owner.")
    use_profile: Literal["balanced", "office", "laboratory", "production"] | None = Field(
        None, description="Use it is meant for."
    )
    site_id: str | None = Field(None, description="Identifier; by default from content.")

    def apply(self, draft: Draft) -> None:
        """Add a row."""
        shape = draft.place(self.area)
        row = {
            "site_id": self.site_id or self.added_id, "name": self.name,
            "area_m2": self.area_m2 or shape.area,
            "existing_floor_area_m2": self.existing_floor_area_m2,
            "owner_type": self.owner_type, "use_profile": self.use_profile, "geometry": shape,
        }  # fmt: skip
        draft.add("sites", [row])


class RemoveSite(Modification):
    """Drop candidate sites, with what rasters told of them."""

    touches: ClassVar = ("sites", "raster_values")
    cannot: ClassVar = "What stands on the ground stays."

    do: Literal["RemoveSite"] = "RemoveSite"
    sites: Selection = Field(description="Which are dropped.")

    def apply(self, draft: Draft) -> None:
        """Remove rows."""
        rows = draft.select("sites", self.sites)
        gone = set(draft.frame("sites").loc[rows, "site_id"])
        values = draft.frame("raster_values")
        draft.keep("raster_values", ~((values["table"] == "sites") & values["id"].isin(gone)))
        draft.keep("sites", ~rows)


class AddBicycleStation(Modification):
    """Set up a station of shared bicycles."""

    touches: ClassVar = ("shared_bicycle_stations",)
    cannot: ClassVar = "No one rides a shared bicycle unless the travel settings say so."

    do: Literal["AddBicycleStation"] = "AddBicycleStation"
    name: str = Field(min_length=1, description="Name.")
    at: PointShape = Field(description="Where it is.")
    network: str | None = Field(
        None, description="System it is part of; default: the only one there is."
    )
    capacity_count: float | None = Field(None, ge=0, description="Bicycles it has room for.")
    station_id: str | None = Field(None, description="Identifier; by default from content.")

    def apply(self, draft: Draft) -> None:
        """Add a row."""
        row = {
            "station_id": self.station_id or self.added_id, "name": self.name,
            "network": self._network(draft), "capacity_count": self.capacity_count,
            "geometry": draft.place(self.at),
        }  # fmt: skip
        draft.add("shared_bicycle_stations", [row])

    def _network(self, draft: Draft) -> str | None:
        """Take the region's only system where none is named; tell when nobody can ride from it."""
        names = draft.frame("shared_bicycle_stations")["network"]
        there = sorted(names.dropna().unique())
        if self.network is None and len(there) == 1 and names.notna().all():
            draft.note(Reason("scenario_network_taken", network=there[0]))
            return str(there[0])
        systems = ", ".join(there)
        if not len(names):
            draft.note(Reason("scenario_network_first"))
        elif self.network is not None and self.network not in there:
            alone = Reason("scenario_network_alone", network=self.network, networks=systems)
            draft.note(alone)
        elif self.network is None and not names.isna().any():
            draft.note(Reason("scenario_network_unnamed", networks=systems))
        return self.network

"""Stand-ins for tables that a study has no source for, made of what OpenStreetMap maps."""

from typing import Literal, Self

from pydantic import Field, model_validator

from geo_planner.config.base import Provenance

StandInTable = Literal["businesses", "sites", "plans"]
STAND_IN_NOTE = "stand-in made of OpenStreetMap"


class OsmStandIn(Provenance):
    """Let what OpenStreetMap maps stand for a table; pages say so wherever its figures are."""

    table: StandInTable = Field(
        description="businesses: shops, services and other mapped places, one job each; sites: "
        "ground in business use; plans: land use, which gives no right to build."
    )
    of: Literal["mapped", "squares"] = Field(
        "mapped",
        description="What the rows are made of; squares: sites alone, where no ground in business "
        "use is mapped: squares of the study area that a street crosses.",
    )
    side_m: float = Field(500, ge=100, le=5_000, description="Side of a square [m].")
    least_area_m2: float = Field(
        5_000, gt=0, description="Least ground of a site [m2]; smaller patches are left out."
    )
    credit: str | None = Field(
        "© OpenStreetMap contributors", description="Credit line shown on every map and export."
    )
    licence: str | None = Field("ODbL 1.0", description="Licence of the data.")
    note: str | None = Field(STAND_IN_NOTE, description="What a reader must know.")

    @model_validator(mode="after")
    def _squares_are_sites(self) -> Self:
        if self.of == "squares" and self.table != "sites":
            msg = "of = 'squares' goes with table = 'sites'"
            raise ValueError(msg)
        return self

    @property
    def label(self) -> str:
        """Name of the stand-in in messages."""
        return f"OpenStreetMap as {self.table}"

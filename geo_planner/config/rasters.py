"""Raster sources: what a cell holds and where its values go."""

from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from geo_planner.config.base import Role, Settings
from geo_planner.config.fetched import Fetchable
from geo_planner.config.limits import RasterLimits
from geo_planner.quantities import POPULATION, quantity_of


class RasterCells(Settings):
    """Make zones of a raster's cells that hold people."""

    cell_m: float | None = Field(
        None,
        gt=0,
        le=10_000,
        description="Width of a zone [m], a multiple of the raster's cells; by default their own.",
    )


class RasterSource(Fetchable):
    """Read a raster: its values go to sites and zones, its picture to the map."""

    path: Path | tuple[Path, ...] | None = Field(
        None,
        description="A raster file; several tiles as a list or a pattern such as 'dem/*.tif'.",
    )
    quantity: str = Field(
        description="What a cell holds, in snake_case with its unit at the end: elevation_m, "
        "flood_depth_m, noise_lden_db, population_count, or another."
    )
    band: int = Field(1, ge=1, description="Band to read, from 1.")
    crs: str | None = Field(None, description="CRS of the raster, where the file names none.")
    nodata: float | tuple[float, ...] | None = Field(
        None, description="Values that stand for no data, besides the one the file names."
    )
    nodata_means: float | None = Field(
        None,
        description="Value of cells without data, such as 0 where no data is dry ground; "
        "by default they are unknown.",
    )
    limits: RasterLimits = Field(
        default_factory=RasterLimits, description="What reading the source may take."
    )
    note: str | None = Field(None, description="What a reader must know, such as 'stand-in'.")
    role: Role = Field(
        "study", description="Role of the zones that zones_from_cells makes; no other rows have it."
    )
    zones_from_cells: RasterCells | None = Field(
        None,
        description="Make zones of the cells with people (population_count only), "
        "in place of adding people to zones.",
    )

    @field_validator("quantity")
    @classmethod
    def _require_quantity(cls, name: str) -> str:
        return quantity_of(name).name

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.path == ():
            msg = "path is an empty list: name at least one file"
            raise ValueError(msg)
        if self.zones_from_cells is not None and self.quantity != POPULATION:
            msg = f"zones_from_cells needs quantity = '{POPULATION}'"
            raise ValueError(msg)
        if self.zones_from_cells is None and self.role != "study":
            msg = "role is for zones_from_cells: values go to zones of every role"
            raise ValueError(msg)
        return self

    @property
    def voids(self) -> tuple[float, ...]:
        """Values stated to stand for no data."""
        if self.nodata is None:
            return ()
        return self.nodata if isinstance(self.nodata, tuple) else (self.nodata,)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Files and patterns, as stated."""
        return self.path if isinstance(self.path, tuple) else (self.file,)

    @property
    def label(self) -> str:
        """Name of the source in messages: its file, or the first of its tiles."""
        if self.path is None:
            return super().label
        more = f" and {len(self.paths) - 1} more" if len(self.paths) > 1 else ""
        band = f" (band {self.band})" if self.band > 1 else ""
        return f"{self.paths[0].name}{more}{band}"

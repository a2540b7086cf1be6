"""Sources of a region: extracts, timetables and layers, and the list of all sources."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from geo_planner.config.assumed_lines import AssumedLine
from geo_planner.config.base import Role, Settings
from geo_planner.config.cells import CellFormat
from geo_planner.config.fetched import Fetchable, Service
from geo_planner.config.limits import LayerLimits, SourceLimits, TableLimits
from geo_planner.config.lines import LinesSource
from geo_planner.config.rasters import RasterSource
from geo_planner.config.spread import SpreadSource
from geo_planner.config.stand_ins import OsmStandIn
from geo_planner.packaged import packaged_rows


class OsmSource(Fetchable):
    """Read an OpenStreetMap extract from a file or address, or ask an Overpass server."""

    path: Path | None = Field(None, description="An .osm.pbf, .osm, .osm.gz or .osm.bz2 file.")
    overpass_url: str | None = Field(
        None, description="Overpass server to ask for the study area, in place of a file."
    )
    credit: str | None = Field(
        "© OpenStreetMap contributors", description="Credit line shown on every map and export."
    )
    licence: str | None = Field("ODbL 1.0", description="Licence of the data.")
    limits: SourceLimits = Field(
        default_factory=SourceLimits, description="What reading the source may take."
    )
    around_m: float = Field(
        5_000, ge=0, description="Ground around the study area that is fetched too [m]."
    )


class GtfsSource(Fetchable):
    """Read a timetable: a GTFS zip or folder."""

    path: Path | None = Field(None, description="A GTFS zip file or folder.")
    prefix: str | None = Field(
        None, description="Put before every id of the feed; by default its place in the list."
    )
    max_lost_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="Largest share of a file's rows that an open quote may swallow; above it the "
        "feed is refused.",
    )
    limits: TableLimits = Field(
        default_factory=TableLimits, description="What reading the source may take."
    )


class GbfsSource(Fetchable):
    """Read stations of shared bicycles: station_information.json of GBFS, versions 1 to 3.

    The address is that of the file or of the system (gbfs.json), which names the file.
    """

    path: Path | None = Field(None, description="A station_information.json file.")
    prefix: str | None = Field(
        None,
        description="Put before every id of the file; by default gbfs and its place in the list.",
    )
    network: str | None = Field(
        None,
        description="System the stations are part of, within which bicycles are given back; "
        "by default the prefix.",
    )
    limits: SourceLimits = Field(
        default_factory=SourceLimits, description="What reading the source may take."
    )


class FieldRule(Settings):
    """Say how one column is made from one field of a layer."""

    field: str = Field(description="Field name in the layer.")
    scale: float | None = Field(None, description="Number to multiply by, such as 0.01 for %.")
    values: Mapping[str, str | int | float | None] | None = Field(
        None,
        description='Replacement of field values (as text), "" for none; others are refused.',
    )
    vocabulary: Literal["hilucs", "baunvo"] | None = Field(
        None,
        description="Published list of land uses that the field's codes are from, made use_code; "
        "values, where given, come first.",
    )

    @model_validator(mode="after")
    def _with_vocabulary(self) -> Self:
        if self.vocabulary is None:
            return self
        listed = {
            row["code"]: int(row["use_code"])
            for row in packaged_rows("land_use_vocabularies")
            if row["vocabulary"] == self.vocabulary
        }
        object.__setattr__(self, "values", {**listed, **(self.values or {})})
        object.__setattr__(self, "vocabulary", None)
        return self


class LayerSource(Fetchable, CellFormat):
    """Read a vector layer into a table, column by column."""

    table: str = Field(description="Table of the region that the rows go to.")
    path: Path | None = Field(
        None,
        description="Shapefile, GeoPackage, GeoJSON, FlatGeobuf, GML, KML, MapInfo, GeoParquet or "
        "CSV file; also zipped.",
    )
    service: Service = Field(
        "file",
        description="What answers at the address: a file, a WFS, an OGC API of features, or an "
        "ArcGIS FeatureServer; services are asked for the study area alone.",
    )
    layer: str | None = Field(
        None, description="Layer within the file, where it holds several, or of the service."
    )
    crs: str | None = Field(None, description="CRS of the file, where the file names none.")
    role: Role | Literal["by_area"] = Field(
        "study",
        description="Study rows are counted and drawn, hinterland rows only reached; by_area: "
        "rows inside the study area are study, all others hinterland.",
    )
    within_m: float | None = Field(
        None, ge=0, description="Keep rows at most this far from the study area [m]; None: all."
    )
    fields: Mapping[str, str | FieldRule] = Field(
        default_factory=dict, description="Column of the table = field of the layer."
    )
    constants: Mapping[str, str | int | float | bool] = Field(
        default_factory=dict, description="Column of the table = the same value in every row."
    )
    keep: Mapping[str, tuple[str | int, ...]] = Field(
        default_factory=dict, description="Keep rows whose field has one of these values."
    )
    encoding: str | None = Field(None, description="Text encoding, where the file names none.")
    limits: LayerLimits = Field(
        default_factory=LayerLimits, description="What reading the source may take."
    )
    note: str | None = Field(None, description="What a reader must know, such as 'stand-in'.")

    @model_validator(mode="after")
    def _service_has_a_layer(self) -> Self:
        if self.service != "file" and (self.url is None or self.layer is None):
            msg = f"service = {self.service!r} goes with url and layer"
            raise ValueError(msg)
        return self


class Sources(Settings):
    """List everything the region is built from."""

    osm: tuple[OsmSource, ...] = ()
    lines: tuple[LinesSource, ...] = ()
    gtfs: tuple[GtfsSource, ...] = ()
    gbfs: tuple[GbfsSource, ...] = ()
    layers: tuple[LayerSource, ...] = ()
    spread: tuple[SpreadSource, ...] = ()
    rasters: tuple[RasterSource, ...] = ()
    assumed_lines: tuple[AssumedLine, ...] = ()
    stand_ins: tuple[OsmStandIn, ...] = ()

    @field_validator("rasters")
    @classmethod
    def _each_quantity_once(cls, rasters: tuple[RasterSource, ...]) -> tuple[RasterSource, ...]:
        names = [raster.quantity for raster in rasters if raster.zones_from_cells is None]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            msg = (
                f"several rasters of {', '.join(doubled)}: give them as tiles of one (path = [..])"
            )
            raise ValueError(msg)
        return rasters

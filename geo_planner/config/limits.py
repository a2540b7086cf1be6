"""How large a source may be: what exceeds it is refused before it fills the memory or the day."""

from pydantic import Field

from geo_planner.config.base import Settings


class SourceLimits(Settings):
    """Bound what one source may take; a file made to do harm, or a wrong one, stops there."""

    max_mb: float = Field(
        8_000, gt=0, description="Size of the file; of what a zip file holds, unpacked [MB]."
    )
    max_seconds: float = Field(3_600, gt=0, description="Time that reading it may take [s].")
    max_memory_mb: float = Field(
        16_000, gt=0, description="Memory that reading it may take [MB]; held to on Linux."
    )


class TableLimits(SourceLimits):
    """Bound a source of rows."""

    max_rows: int = Field(20_000_000, gt=0, description="Rows; of a timetable, in one file.")
    max_columns: int = Field(2_000, gt=0, description="Fields of a row.")


class LayerLimits(TableLimits):
    """Bound a source of shapes."""

    max_vertices: int = Field(500_000_000, gt=0, description="Vertices of all shapes together.")


class RasterLimits(SourceLimits):
    """Bound a raster."""

    max_cells: int = Field(10_000_000_000, gt=0, description="Cells over the study.")

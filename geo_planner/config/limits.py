"""How large a source may be: what exceeds it is refused before it fills the memory."""

from pydantic import Field

from geo_planner.config.base import Settings


class SourceLimits(Settings):
    """Bound what one source may hold; a file made to do harm, or a wrong one, stops there."""

    max_mb: float = Field(8_000, gt=0, description="Size of the file, unpacked [MB].")
    max_rows: int = Field(20_000_000, gt=0, description="Rows.")
    max_columns: int = Field(2_000, gt=0, description="Fields of a row.")
    max_vertices: int = Field(500_000_000, gt=0, description="Vertices of all shapes together.")
    max_cells: int = Field(10_000_000_000, gt=0, description="Cells of a raster over the study.")

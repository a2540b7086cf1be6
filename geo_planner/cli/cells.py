"""Options that say how point files write their cells: declared once, added to commands."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.cli.options import settings_of, with_options

if TYPE_CHECKING:
    from geo_planner.config import CellFormat

_OPTIONS: dict[str, Any] = {
    "missing": Annotated[
        list[str] | None,
        typer.Option(help="Value of point files that stands for unknown; give it once for each."),
    ],
    "decimal": Annotated[
        str | None, typer.Option(help="Decimal mark of numbers in point files: . or ,")
    ],
    "thousands": Annotated[
        str | None, typer.Option(help="Mark between thousands in point files: . , ' or a blank.")
    ],
    "leave_out": Annotated[
        str | None,
        typer.Option(help="incomplete: leave out points without a place or an id, and count them."),
    ],
    "max_lost_share": Annotated[
        float | None, typer.Option(help="Largest share of points that may be left out; 0.1.")
    ],
}


def with_cell_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of cells; it receives those given as the dict ``cells``."""
    return with_options(command, "cells", _OPTIONS)


def cells_of(given: dict[str, Any]) -> "CellFormat":
    """Make settings of the options given."""
    from geo_planner.config import CellFormat

    stated = {name: value for name, value in given.items() if value is not None}
    return settings_of(CellFormat, stated)

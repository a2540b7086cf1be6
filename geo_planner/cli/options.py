"""Options that several commands share."""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from geopandas import GeoSeries
    from pydantic import BaseModel
    from pyproj import CRS

S = TypeVar("S", bound="BaseModel")
_MOST_EAST, _MOST_NORTH = 180.0, 90.0

RegionPath = Annotated[Path, typer.Argument(help="Region folder made by `geo-planner build`.")]
HeldPath = Annotated[Path, typer.Argument(help="Folder of a region or of a run.")]
RunPath = Annotated[
    Path,
    typer.Argument(help="Folder of a run, read as it is, or of a region, analysed now."),
]
OutPath = Annotated[Path, typer.Option("--out", help="File or folder to write.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON for machines.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Searches at once; default: all cores.")]


def place_of(text: str, option: str, crs: "CRS") -> "GeoSeries":
    """Read LON,LAT as one point in a CRS; its id is the text."""
    import geopandas as gpd

    try:
        longitude, latitude = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"{option}: {text!r} is no LON,LAT such as 12.36,55.73") from None
    if not (abs(longitude) <= _MOST_EAST and abs(latitude) <= _MOST_NORTH):
        raise typer.BadParameter(f"{option}: {text!r} lies outside the world; write LON,LAT")
    return gpd.GeoSeries.from_xy([longitude], [latitude], index=[text], crs=4326).to_crs(crs)


def with_options(
    command: Callable[..., None], name: str, options: Mapping[str, Any]
) -> Callable[..., None]:
    """Add options to a command; it receives them as the dict of this name, None where not given."""
    declared = inspect.signature(command)
    own = [option for option in declared.parameters.values() if option.name != name]
    added = [
        inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for option, kind in options.items()
    ]

    @wraps(command)
    def command_with_options(*args: Any, **given: Any) -> None:
        command(*args, **{name: {option: given.pop(option) for option in options}}, **given)

    every = [*own, *added]
    command_with_options.__signature__ = declared.replace(parameters=every)  # type: ignore[attr-defined]
    command_with_options.__annotations__ = {option.name: option.annotation for option in every}
    return command_with_options


def settings_of(kind: type[S], values: Mapping[str, Any]) -> S:
    """Make settings of options given; what is wrong names the option."""
    from pydantic import ValidationError

    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise typer.BadParameter(
            "; ".join(
                "".join(f"--{str(name).replace('_', '-')}: " for name in item["loc"][:1])
                + item["msg"].removeprefix("Value error, ")
                for item in error.errors()
            )
        ) from None

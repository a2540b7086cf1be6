"""Travel options: declared once, added to commands, laid over the settings of the region."""

import re
from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.cli.options import settings_of, with_options

if TYPE_CHECKING:
    from geo_planner.config import Travel

ModeOption = Annotated[
    str,
    typer.Option("--mode", help="walk, bicycle, car, transit, transit+bicycle or park_and_ride."),
]

_WINDOW_ENDS = frozenset({"depart", "arrive"})
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")

_OPTIONS: dict[str, Any] = {
    "preset": Annotated[
        str | None,
        typer.Option(help="Settings of another engine, to compare with it: r5. Options go first."),
    ],
    "depart": Annotated[
        str | None,
        typer.Option(
            help="Start of the departure window, local time: 2026-03-10T07:30, or 07:30 of --day."
        ),
    ],
    "arrive": Annotated[
        str | None,
        typer.Option(
            help="End of the arrival window, local time: 2026-03-10T08:30, or 08:30 of --day."
        ),
    ],
    "day": Annotated[
        str | None,
        typer.Option(
            help="Day of a --depart or --arrive that is a time only: a date, or typical, the "
            "Tuesday to Thursday with the median number of trips."
        ),
    ],
    "window_min": Annotated[
        int | None, typer.Option(help="Minutes from --depart on, or up to --arrive [min].")
    ],
    "percentiles": Annotated[
        str | None, typer.Option(help="Percentiles over the window, such as 25,50,75.")
    ],
    "max_time_min": Annotated[
        float | None, typer.Option(help="Longer times are unreachable [min].")
    ],
    "walk_speed_kmh": Annotated[float | None, typer.Option(help="Walking speed [km/h].")],
    "bicycle_speed_kmh": Annotated[float | None, typer.Option(help="Cycling speed [km/h].")],
    "max_walk_min": Annotated[
        float | None, typer.Option(help="Longest walk to or from a stop [min].")
    ],
    "walk_limit_without_ride": Annotated[
        bool | None,
        typer.Option(
            "--walk-limit-without-ride",
            help="Let --max-walk-min limit journeys by public transport without any ride too.",
        ),
    ],
    "max_transfer_min": Annotated[
        float | None, typer.Option(help="Longest walk between rides [min].")
    ],
    "to_stop_by": Annotated[
        str | None,
        typer.Option(help="Way to stops besides walking: bicycle, ebike or shared_bicycle; walk."),
    ],
    "from_stop_by": Annotated[
        str | None,
        typer.Option(help="Way from stops besides walking: bicycle or shared_bicycle; walk."),
    ],
    "max_bicycle_min": Annotated[
        float | None, typer.Option(help="Longest ride by bicycle to or from a stop [min].")
    ],
    "max_shared_bicycle_walk_min": Annotated[
        float | None,
        typer.Option(help="Longest walk to or from a station of shared bicycles [min]."),
    ],
    "shared_bicycle_take_s": Annotated[
        int | None, typer.Option(help="Time to take a shared bicycle [s].")
    ],
    "shared_bicycle_return_s": Annotated[
        int | None, typer.Option(help="Time to give a shared bicycle back [s].")
    ],
    "max_drive_min": Annotated[
        float | None, typer.Option(help="Longest drive to a stop, for park and ride [min].")
    ],
    "max_rides": Annotated[int | None, typer.Option(help="Most rides in one journey.")],
    "board_wait_s": Annotated[
        int | None,
        typer.Option(help="Least wait at a boarding [s]; default 60, at a transfer 120."),
    ],
    "transfer_slack_s": Annotated[
        int | None, typer.Option(help="Least wait at a transfer [s], where it differs.")
    ],
    "frequency_draws": Annotated[
        int | None,
        typer.Option(help="Draws of the departures of frequencies without exact times."),
    ],
    "seed": Annotated[int | None, typer.Option(help="Start of the random numbers of draws.")],
    "wheelchair": Annotated[
        bool | None, typer.Option("--wheelchair", help="Ride only trips that carry wheelchairs.")
    ],
    "max_snap_m": Annotated[
        float | None, typer.Option(help="Farthest a point may lie from a street [m].")
    ],
    "fares": Annotated[
        Path | None, typer.Option(help="TOML file that says what public transport costs.")
    ],
    "max_fare": Annotated[
        str | None, typer.Option(help="Journeys that cost more do not count; needs fares.")
    ],
}


def with_travel_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all travel options; it receives those given as the dict ``travel``."""
    return with_options(command, "travel", _OPTIONS)


def mode_of(name: str) -> Any:
    """Refuse what is no mode."""
    from geo_planner.config import MODES

    if name not in MODES:
        raise typer.BadParameter(f"{name!r} is no mode: choose from {', '.join(MODES)}")
    return name


def numbers_of(text: str, option: str) -> list[float]:
    """Read a list of numbers such as 15,30."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise typer.BadParameter(
            f"{option}: {text!r} is no list of numbers such as 15,30"
        ) from None


def prices_of(text: str, option: str) -> list[Decimal]:
    """Read a list of prices such as 0,24,36.50."""
    from pydantic import TypeAdapter, ValidationError

    from geo_planner.config import Price

    try:
        return TypeAdapter(list[Price]).validate_python(text.split(","))
    except ValidationError:
        raise typer.BadParameter(
            f"{option}: {text!r} is no list of prices such as 0,24,36.50"
        ) from None


def cutoffs_of(text: str, travel: "Travel") -> list[float]:
    """Read time limits that are searched for [min]."""
    cutoffs_min = numbers_of(text, "--cutoffs-min")
    if not all(0 < cutoff <= travel.max_time_min for cutoff in cutoffs_min):
        raise typer.BadParameter(
            f"--cutoffs-min: {text!r} must lie between 0 and --max-time-min "
            f"({travel.max_time_min:g}): what takes longer is not searched for"
        )
    return cutoffs_min


def _moment(text: str, name: str) -> datetime | time:
    try:
        return time.fromisoformat(text) if _CLOCK.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"--{name}: {text!r} is no time such as 2026-03-10T07:30 or 07:30"
        ) from None


def travel_of(study: Any, given: dict[str, Any]) -> "Travel":
    """Lay the options given over the region's own travel settings."""
    from geo_planner.config import Travel, read_fares
    from geo_planner.config.travel_options import laid_over

    chosen = {name: value for name, value in given.items() if value is not None}
    if "fares" in chosen:
        chosen["fares"] = read_fares(chosen["fares"])
    if "percentiles" in chosen:
        chosen["percentiles"] = numbers_of(chosen["percentiles"], "--percentiles")
    for name in _WINDOW_ENDS & chosen.keys():
        chosen[name] = _moment(chosen[name], name)
    return settings_of(Travel, laid_over(study["travel"], chosen))

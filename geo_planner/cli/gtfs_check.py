"""Check timetables before they are used."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from geo_planner.cli.options import Json
from geo_planner.cli.text import say
from geo_planner.reasons import Reason

if TYPE_CHECKING:
    from geo_planner.preflight.feeds import FeedsCheck
    from geo_planner.travel_time.transit_use import TransitUse
    from geo_planner.words.wording import Wording


def gtfs_check(
    feeds: Annotated[list[Path], typer.Argument(help="GTFS zip files or folders.")],
    *,
    date: Annotated[str | None, typer.Option(help="Date to judge, 2026-03-10, or typical.")] = None,
    region: Annotated[
        Path | None, typer.Option(help="Region to hold stops and travel times against.")
    ] = None,
    osm: Annotated[
        Path | None, typer.Option(help="OpenStreetMap extract to hold stops against.")
    ] = None,
    thin_share: Annotated[
        float,
        typer.Option(min=0, max=1, help="Warn of days with fewer trips than this share."),
    ] = 0.6,
    holidays: Annotated[
        str | None,
        typer.Option(
            help="Country whose holidays a typical day leaves out, such as DK or US-CA, or none; "
            "default: the region's, else that of the feeds' time zone."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what timetables hold, what was mended or left out, and whether a date is a good one."""
    from geo_planner.preflight.feeds_text import to_text

    if region is not None and osm is not None:
        raise typer.BadParameter("give either --region or --osm")
    check, use = _checked(feeds, date, region, osm, thin_share=thin_share, holidays=holidays)
    content: dict[str, Any] = check.to_json()
    words = _words(region)
    text = to_text(check, words)
    if use is not None:
        content["walked_share"] = use.walked_share
        text += f"\n\n{_use_line(use, words)}"
    say(as_json, content, text)
    if check.errors:
        raise typer.Exit(1)


def _checked(
    paths: list[Path],
    date: str | None,
    region: Path | None,
    osm: Path | None,
    *,
    thin_share: float,
    holidays: str | None,
) -> "tuple[FeedsCheck, TransitUse | None]":
    from geo_planner.analysis.timetables import check_timetables

    day: dt.date | Literal["typical"] | None = "typical" if date == "typical" else None
    try:
        if date is not None and day is None:
            day = dt.date.fromisoformat(date)
    except ValueError:
        raise typer.BadParameter(
            f"--date: {date!r} is no date such as 2026-03-10, nor typical"
        ) from None
    return check_timetables(
        paths, day, region_path=region, osm=osm, thin_share=thin_share, holidays=holidays
    )


def _words(region: Path | None) -> "Wording":
    """Choose the language of the region's study; English without a region."""
    from geo_planner.region import open_region
    from geo_planner.words.wording import Wording

    return Wording() if region is None else Wording.of_study(open_region(region).study)


def _use_line(use: "TransitUse", words: "Wording") -> str:
    from geo_planner.words.reasons import reason_words

    if use.walked_share is None:
        return words("feeds_warning", what=reason_words(Reason("feeds_no_way"), words))
    figures = {"share": use.walked_share, "pairs": use.n_pairs}
    if use.is_suspicious:
        suspicion = Reason("feeds_like_walking", **figures)
        return words("feeds_warning", what=reason_words(suspicion, words))
    return reason_words(Reason("feeds_walked_share", **figures), words)

"""Check, apply and list scenarios of a region."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.cli.options import Json, OutPath, RegionPath
from geo_planner.cli.text import progress_bars, say

if TYPE_CHECKING:
    from geo_planner.words.wording import Wording

scenario = typer.Typer(
    help="Change a region by a list of modifications: check, apply, list.", no_args_is_help=True
)

Files = Annotated[list[Path], typer.Argument(help="Scenario files (TOML or JSON).")]


@scenario.command()
def check(
    file: Annotated[Path, typer.Argument(help="Scenario file (TOML or JSON).")],
    *,
    region: Annotated[Path, typer.Option(help="Region folder made by `geo-planner build`.")],
    as_json: Json = False,
) -> None:
    """Try a scenario on a region, write nothing, and say what it changes and what is wrong."""
    from geo_planner.region import open_region
    from geo_planner.scenario import check_scenario
    from geo_planner.words.reasons import reason_words
    from geo_planner.words.wording import Wording

    opened = open_region(region)
    checked = check_scenario(opened, file)
    words = Wording.of_study(opened.study)
    lines = [*_change_lines(checked.changes, words)]
    lines += [reason_words(note, words) for note in checked.notes]
    lines += [f"{words('scenario_wrong')}: {reason_words(one, words)}" for one in checked.reasons]
    verdict = words("scenario_can_apply")
    if checked.reasons:
        verdict = words("scenario_problems", count=words.number(len(checked.reasons)))
    say(as_json, checked.to_json(), "\n".join([f"{checked.id}: {verdict}", *lines]))
    if checked.reasons:
        raise typer.Exit(1)


@scenario.command()
def apply(
    region: RegionPath,
    files: Files,
    *,
    out: OutPath,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of another scenario of the same id.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the region that each scenario makes of a region, into OUT/<scenario id>."""
    from geo_planner.region import open_region
    from geo_planner.scenario import apply_files

    with progress_bars() as step:
        children = apply_files(
            open_region(region), files, out, replace=replace,
            progress=lambda name: step(name, 0, 0),
        )  # fmt: skip
    summary = [_summary(child) for child in children]
    say(as_json, summary, "\n".join(_line(item) for item in summary))


@scenario.command(name="list")
def list_(region: RegionPath, *, as_json: Json = False) -> None:
    """List the scenarios that were applied to a region, and where their regions lie."""
    from geo_planner.region import open_region
    from geo_planner.scenario import list_scenarios

    summary = [_summary(child) for child in list_scenarios(open_region(region))]
    say(as_json, summary, "\n".join(map(_line, summary)) or f"{region}: no scenarios")


def _summary(child: Any) -> dict[str, Any]:
    origin = child.origin
    return {
        "scenario": origin.scenario["id"], "name": origin.scenario["name"],
        "version": origin.scenario["version"], "region": str(child.path),
        "digest": child.digest, "identity": origin.identity,
        "changes": list(origin.changes), "notes": [note.to_json() for note in origin.notes],
    }  # fmt: skip


def _line(item: dict[str, Any]) -> str:
    tables = sorted({change["table"] for change in item["changes"]})
    changed = f"changes {', '.join(tables)}" if tables else "changes nothing"
    return f"{item['region']}: {item['name']} (version {item['version']}) {changed}"


def _change_lines(changes: list[dict[str, Any]], words: "Wording") -> list[str]:
    rows = words("info_rows")
    return [
        f"{item['scenario']} {item['index']} {item['modification']}: {item['table']} "
        f"+{item['rows_added']} ~{item['rows_changed']} -{item['rows_removed']} {rows}"
        for item in changes
    ]

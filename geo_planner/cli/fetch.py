"""Fetch what a study reads by address."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo_planner.cli.options import Json
from geo_planner.cli.text import progress_bars, say

if TYPE_CHECKING:
    from geo_planner.fetching import Fetched
    from geo_planner.words.wording import Wording


def fetch(
    study: Annotated[Path, typer.Argument(help="Study file (TOML).")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask nobody; list all that would be asked for.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody; say what is kept, and how old it is.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch all sources of a study that have an address, and say what became of each.

    Files are asked for only where they changed. `build`, `check` and `run` fetch what is missing.
    """
    from geo_planner.config import read_study
    from geo_planner.fetching import Fetching, fetch_study
    from geo_planner.words.wording import Wording

    settings = read_study(study)
    with progress_bars() as step:
        how = Fetching(refresh=True, is_offline=offline, is_dry=dry_run, progress=step)
        found = fetch_study(settings, how)
    words = Wording.of_study(settings.study.model_dump())
    lines = [line for item in found.fetched for line in _lines(item, words)]
    failed = [item for item in found.fetched if item.is_failure]
    plain = {"sources": [item.to_json() for item in found.fetched], "failed": len(failed)}
    say(as_json, plain, "\n".join(lines) or words("fetch_none"))
    if any(item.is_required for item in failed):
        raise typer.Exit(1)


def _lines(item: "Fetched", words: "Wording") -> list[str]:
    """Lay out what became of one source: its result, address, terms, and the age of a copy."""
    from geo_planner.words.reasons import reason_words

    table = f" -> {item.table}" if item.table else ""
    size = f"{words.number(item.size_bytes / 1e6, 1)} MB" if item.size_bytes else ""
    terms = [size, item.credit, item.licence, "" if item.is_required else words("fetch_optional")]
    lines = [f"{item.label}{table}: {reason_words(item.what, words)}", f"  {item.address}"]
    stated = " · ".join(term for term in terms if term)
    lines += [f"  {stated}"] if stated else []
    return lines + ([f"  {reason_words(item.doubt, words)}"] if item.doubt else [])

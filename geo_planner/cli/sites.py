"""Rank the sites of a region."""

from geo_planner.cli.options import Json, OutPath, RunPath, Threads
from geo_planner.cli.text import headline, progress_bars, say


def sites(region: RunPath, *, out: OutPath, threads: Threads = None, as_json: Json = False) -> None:
    """Score and rank the candidate sites of a region."""
    from geo_planner.cli.subject import region_at, result_at
    from geo_planner.errors import InputError
    from geo_planner.exports import SUFFIXES, require_suffix, sites_table, write_table

    require_suffix(out, SUFFIXES)
    opened = region_at(region)
    if not opened.has("sites"):
        raise InputError(f"{region}: the region has no sites; add a layer for the table 'sites'")
    with progress_bars() as step:
        result = result_at(region, threads, step)
    language = result.study.study.language
    write_table(sites_table(result), out, opened.credits, language=language)
    say(as_json, result.summary, headline(result, out))

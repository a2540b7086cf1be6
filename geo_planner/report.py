"""The files of a run: start page, maps, ranking and tables, moved into their folder as one.

Files of an earlier run that this one has no content for are removed, and a manifest names those
that belong together, so that a folder never mixes two runs.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import pandas as pd

from geo_planner.analysis import AnalysisResult, Progress
from geo_planner.analysis.goals import POLICY
from geo_planner.compare import Comparison, reversed_comparison, summary_of
from geo_planner.errors import InputError, require_kind, require_path
from geo_planner.exports import sites_table, write_table
from geo_planner.exports.difference import write_difference
from geo_planner.folders import staged, write_json, write_text
from geo_planner.pages.brief.maps import WalkMaps
from geo_planner.pages.brief.page import render_brief
from geo_planner.pages.brief.subject import subject_of
from geo_planner.pages.compare.brief import render_compare_brief
from geo_planner.pages.compare.edits import find_edits
from geo_planner.pages.compare.page import compare_downloads, render_compare
from geo_planner.pages.compare.pairs import render_pairs
from geo_planner.pages.drawing.assets import PageAssets, missing_words, page_assets
from geo_planner.pages.drawing.basemap import build_basemap
from geo_planner.pages.drawing.page import FILE_LINKS
from geo_planner.pages.drawing.view import Language
from geo_planner.pages.policy.page import render_policy, render_policy_print
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.check import render_check
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from geo_planner.preflight import Preflight
from geo_planner.region import Region
from geo_planner.region.credits import credit_lines
from geo_planner.run_folder import SUMMARY, earlier_files, write_manifest
from geo_planner.siting import save_reference
from geo_planner.siting.reference import REFERENCE_FILE
from geo_planner.words.wording import Wording

START_PAGE = "index.html"
COMPARE_PAGE = "compare.html"
POLICY_PAGE, POLICY_PRINT = "policy.html", "policy-print.html"
COMPARE_BRIEF = "compare-brief.html"
SWAPPED_PAGE = "compare-turned.html"
RUN_LINKS: Mapping[str, str] = {
    name: f"../{file}" for name, file in FILE_LINKS.items() if name != "sites_csv"
}


def write_map(
    result: AnalysisResult | Region, out: Path | str, *, assets: PageAssets | None = None
) -> list[str]:
    """Write the map of a result, or of a region alone, as one file.

    Parameters
    ----------
    result
        What to draw.
    out
        The HTML file to write.
    assets
        How the page gets Leaflet; None: taken in, or where missing, public links.

    Returns
    -------
    list of str
        What the reader should know, such as that the file needs the internet.
    """
    out = require_path(out, "out")
    chosen = assets or page_assets()
    out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, render_map(result, assets=chosen))
    return missing_words() if chosen.needs_internet else []


def write_check(checked: Preflight, out: Path | str) -> None:
    """Write the page of a check as one file that needs no internet.

    Parameters
    ----------
    checked
        What the check found.
    out
        The HTML file to write.
    """
    out = require_path(out, "out")
    out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, render_check(checked))


def write_report(
    result: AnalysisResult,
    out: Path | str,
    *,
    assets: PageAssets | None = None,
    links: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Write start page, map, ranking, tables and summary of a run into a folder.

    Parameters
    ----------
    result
        Result of a run.
    out
        Folder; made if need be.
    assets
        As in :func:`write_map`.
    links
        Addresses of further pages, seen from the folder: ``compare``.

    Returns
    -------
    dict
        ``files``: names written, in the order of the start page; ``notes``: what the reader
        should know.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import analyse, example_region, write_report
    >>> write_report(analyse(example_region()), mkdtemp())["files"][:3]
    ['index.html', 'map.html', 'sites.html']
    """
    require_kind(result, AnalysisResult, "result", "compute it with run(...) or analyse(...)")
    out = _folder(out)
    chosen = assets or page_assets()
    with staged(out, stale=lambda stage: earlier_files(out, stage)) as stage:
        tables = _write_results(result, stage)
        files = _write_pages(result, stage, chosen, links or {}, tables)
        write_manifest(stage, out, result.region.path, result.region.digest)
    notes = missing_words() if chosen.needs_internet else []
    return {"files": files, "notes": notes}


def _folder(out: Path | str) -> Path:
    """Return the folder to write to, or refuse a file."""
    folder = require_path(out, "out")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder to write to")
    return folder


def _write_results(result: AnalysisResult, folder: Path) -> list[str]:
    """Write tables, reference and summary; name what a reader may take home."""
    credit = credit_lines(result.region)
    tables = _tables(result)
    for name, frame in tables.items():
        write_table(frame, folder / name, credit, language=result.study.study.language)
    if result.reference is not None:
        save_reference(result.reference, folder / REFERENCE_FILE)
    write_json(folder / SUMMARY, {**result.summary, "credits": list(credit)})
    return [*tables, SUMMARY]


def _write_pages(
    result: AnalysisResult,
    folder: Path,
    assets: PageAssets,
    further: Mapping[str, str],
    downloads: Sequence[str],
) -> list[str]:
    """Write the pages of a run; name them in the order of the start page."""
    base = build_basemap(result.region)
    links = {**FILE_LINKS, **further}
    pages: dict[str, Callable[[], str]] = {
        "map.html": lambda: render_map(result, assets=assets, base=base, links=links),
        "sites.html": lambda: render_sites_page(result, assets=assets, base=base, links=links),
        POLICY_PAGE: lambda: render_policy(
            result, assets=assets, links={**links, "policy_print": POLICY_PRINT}
        ),
        POLICY_PRINT: lambda: render_policy_print(result, assets=assets, back=POLICY_PAGE),
    }
    if f"{POLICY}.parquet" not in downloads:
        del pages[POLICY_PAGE], pages[POLICY_PRINT], links["policy"]
    if "sites.csv" not in downloads:
        del pages["sites.html"], links["sites"], links["sites_csv"]
    files = [*pages, *downloads]
    for name, render in pages.items():
        write_text(folder / name, render())
    write_text(
        folder / START_PAGE, render_overview(result, files=files, assets=assets, links=links)
    )
    return [START_PAGE, *files]


def write_briefs(
    result: AnalysisResult,
    out: Path | str,
    *,
    sites: Sequence[str] | None = None,
    language: Language | None = None,
    others: Mapping[str, AnalysisResult] | None = None,
    dated: date | None = None,
    assets: PageAssets | None = None,
    back: str | None = None,
    progress: Progress = lambda _step, _done, _all: None,
) -> list[Path]:
    """Write the briefs of sites, each a file that needs neither network nor script.

    Parameters
    ----------
    result
        Result the sites are in.
    out
        The HTML file of one site; of several a folder, with files named by site id.
    sites
        Their ids; None: every site, into a folder.
    language, others, dated, assets, back
        As in :func:`geo_planner.pages.brief.page.render_brief`.
    progress
        Called with the step, what is done of it and what there is to do.

    Returns
    -------
    list of Path
        The files, in the order of the sites.

    Raises
    ------
    InputError
        When the result has no such site, or none at all.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import analyse, example_region, write_briefs
    >>> files = write_briefs(analyse(example_region()), mkdtemp())
    >>> [file.name for file in files]
    ['field.html', 'quay.html', 'yard.html']
    """
    require_kind(result, AnalysisResult, "result", "compute it with run(...) or analyse(...)")
    out = require_path(out, "out")
    chosen = [str(site_id) for site_id in result.sites.index] if sites is None else list(sites)
    if not chosen:
        raise InputError(f"{result.title}: no sites; add a layer for the table 'sites'")
    subjects = [subject_of(result, site_id, language) for site_id in chosen]
    maps = WalkMaps(subjects[0])
    is_one = sites is not None and len(chosen) == 1
    files = [out if is_one else out / f"{quote(site_id, safe='')}.html" for site_id in chosen]
    files[0].parent.mkdir(parents=True, exist_ok=True)
    for done, (site_id, file) in enumerate(zip(chosen, files, strict=True)):
        progress("writing briefs", done, len(chosen))
        html = render_brief(
            result,
            site_id,
            language=language,
            others=others,
            maps=maps,
            assets=assets,
            dated=dated,
            back=back,
        )
        write_text(file, html)
    return files


def write_comparison(
    comparison: Comparison,
    out: Path | str,
    *,
    assets: PageAssets | None = None,
    links: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Write pages, tables and summary of a comparison into a folder.

    Parameters
    ----------
    comparison
        What to write.
    out
        Folder; made if need be.
    assets
        As in :func:`write_map`.
    links
        Addresses of further pages, seen from the folder: ``overview``, ``map``, ``sites`` of a
        result, ``pairs``.

    Returns
    -------
    dict
        What ``comparison.json`` holds, and ``files``.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import analyse, compare_results, example_region, write_comparison
    >>> result = analyse(example_region())
    >>> write_comparison(compare_results(result, result), mkdtemp())["files"][:3]
    ['compare.html', 'compare-turned.html', 'compare-brief.html']
    """
    require_kind(comparison, Comparison, "comparison", "compute it with compare_results(a, b)")
    out = _folder(out)
    credit = tuple(
        dict.fromkeys([*credit_lines(comparison.a.region), *credit_lines(comparison.b.region)])
    )
    chosen = assets or page_assets()
    summary = {**summary_of(comparison), "credits": list(credit)}
    with staged(out) as stage:
        files = ["comparison.json", *write_difference(comparison, stage, credit)]
        write_json(stage / "comparison.json", summary)
        pages = _comparison_pages(comparison, chosen, links or {}, files)
        for name, page in pages.items():
            write_text(stage / name, page)
    return {**summary, "files": [*pages, *files]}


def _comparison_pages(
    comparison: Comparison, assets: PageAssets, links: Mapping[str, str], files: Sequence[str]
) -> dict[str, str]:
    """Render the comparison, the same turned round, and its brief."""
    edits = find_edits(comparison.a.region, comparison.b.region)
    return {
        COMPARE_PAGE: render_compare(
            comparison,
            assets=assets,
            links={
                **links,
                "compare": COMPARE_PAGE,
                "brief": COMPARE_BRIEF,
                "turned": SWAPPED_PAGE,
            },
            downloads=compare_downloads(comparison, files),
            edits=edits,
        ),
        SWAPPED_PAGE: render_compare(
            reversed_comparison(comparison),
            assets=assets,
            links={**links, "compare": COMPARE_PAGE, "turned": COMPARE_PAGE},
        ),
        COMPARE_BRIEF: render_compare_brief(
            comparison, assets=assets, back=COMPARE_PAGE, edits=edits
        ),
    }


def write_scenario(
    result: AnalysisResult,
    child: Region,
    folder: Path,
    *,
    threads: int | None = None,
    progress: Progress = lambda _step, _done, _all: None,
) -> tuple[AnalysisResult, Comparison, dict[str, Any]]:
    """Analyse the region of a scenario; write its run and what differs from its baseline.

    Parameters
    ----------
    result
        Result of the baseline.
    child
        Region that the scenario makes of the baseline's.
    folder
        Folder of the run; the comparison goes into its folder ``compare``.
    threads, progress
        Searches at once (None: one per core); called with the step, what is done and all of it.

    Returns
    -------
    tuple
        Result of the scenario, the comparison, and what ``comparison.json`` holds.
    """
    from geo_planner.analysis import analyse, with_policy
    from geo_planner.compare import compare_results

    baseline = Wording(result.study.study.language)("brief_baseline")
    changed = analyse(
        child,
        result.study,
        threads=threads,
        reference=result.reference,
        earlier=result,
        progress=progress,
    )
    changed = with_policy(changed, threads)
    progress("writing maps and tables", 0, 0)
    write_report(changed, folder, links={"compare": f"compare/{COMPARE_PAGE}"})
    progress("comparing", 0, 0)
    comparison = compare_results(result, changed, name_a=baseline, name_b=changed.title)
    written = write_comparison(comparison, folder / "compare", links=RUN_LINKS)
    return changed, comparison, written


def write_pairs(
    comparisons: Mapping[str, Comparison], out: Path | str, *, assets: PageAssets | None = None
) -> None:
    """Write a start page over several comparisons with the same A.

    Parameters
    ----------
    comparisons
        Comparisons by the folder they were written to, seen from ``out``.
    out
        Folder the page is written to.
    assets
        As in :func:`write_map`.
    """
    out = require_path(out, "out")
    page = render_pairs(
        {f"{folder}/{COMPARE_PAGE}": found for folder, found in comparisons.items()},
        assets=assets or page_assets(),
    )
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / START_PAGE, page)


def _tables(result: AnalysisResult) -> dict[str, pd.DataFrame]:
    """Choose the tables that have rows."""
    tables: dict[str, pd.DataFrame] = {}
    if len(result.sites) and "score" in result.sites:
        ranking = sites_table(result)
        tables |= dict.fromkeys(("sites.csv", "sites.gpkg"), ranking)
        tables["sites.parquet"] = gpd.GeoDataFrame(result.sites.reset_index())
    if len(result.zones):
        tables["zones.parquet"] = gpd.GeoDataFrame(result.zones.reset_index())
    if len(result.businesses):
        tables["businesses.parquet"] = gpd.GeoDataFrame(result.businesses.reset_index())
    if len(result.snaps):
        tables["snaps.parquet"] = result.snaps
    tables |= {f"{name}.parquet": frame for name, frame in result.details.items() if len(frame)}
    return tables

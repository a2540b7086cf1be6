"""Find the sites that together reach a target of jobs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.cli.options import Json, OutPath, RunPath, Threads
from geo_planner.cli.text import progress_bars, say

if TYPE_CHECKING:
    import geopandas as gpd

    from geo_planner.portfolio import PortfolioResult
    from geo_planner.region import Region


def portfolio(
    region: RunPath,
    *,
    target_jobs: Annotated[float, typer.Option(min=1, help="Net new private jobs to deliver.")],
    out: OutPath,
    objective: Annotated[
        str, typer.Option(help="What is to be best: score, travel_time, land_take, station_near.")
    ] = "score",
    case: Annotated[
        str, typer.Option(help="Case in which the target must be reached: low, likely, high.")
    ] = "likely",
    alternatives: Annotated[
        int, typer.Option(min=1, max=50, help="Portfolios to tell, the best first.")
    ] = 3,
    by_year: Annotated[
        int | None, typer.Option(help="Year by whose end the jobs must be there.")
    ] = None,
    from_year: Annotated[
        int | None,
        typer.Option(help="Year the years of planning count from; default: that of the departure."),
    ] = None,
    building_years: Annotated[
        float, typer.Option(min=0, help="Years from a permit to floor area that stands.")
    ] = 0.0,
    take_up_m2: Annotated[
        float | None, typer.Option(help="Most floor area the market takes up in a year [m2].")
    ] = None,
    max_sites: Annotated[int | None, typer.Option(min=1, help="Most sites to open.")] = None,
    max_per_cluster: Annotated[
        list[str] | None,
        typer.Option(help="Most sites of a use profile, such as laboratory=2; repeatable."),
    ] = None,
    exclusive: Annotated[
        list[str] | None,
        typer.Option(help="Sites of which one at most opens, such as H06,H07; repeatable."),
    ] = None,
    min_share: Annotated[
        float, typer.Option(help="Least share of an opened site to develop.")
    ] = 0.1,
    shares: Annotated[
        str | None, typer.Option(help="Stages a site develops in, such as 0.5,1; default: any.")
    ] = None,
    mode: Annotated[str, typer.Option(help="Mode of the workers' travel time.")] = "transit",
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Find the sites, and how far to develop them, that deliver a number of private jobs."""
    import geopandas as gpd

    from geo_planner.cli.subject import region_at
    from geo_planner.exports import SUFFIXES, require_suffix, write_table
    from geo_planner.portfolio import PortfolioLimits, solve_portfolio

    require_suffix(out, SUFFIXES)
    opened = region_at(region)
    limits = PortfolioLimits(
        max_sites=max_sites,
        max_per_cluster=_counts(max_per_cluster or []),
        exclusive=tuple(tuple(text.split(",")) for text in exclusive or []),
        from_year=_from_year(from_year, by_year, opened),
        by_year=by_year,
        take_up_m2_per_year=take_up_m2,
        min_share=min_share,
        shares=None if shares is None else _shares(shares),
    )
    sites = _sites(region, opened, _one_of(objective, "objective"), building_years, mode, threads)
    result = solve_portfolio(
        sites,
        target_jobs,
        objective=_one_of(objective, "objective"),
        limits=limits,
        alternatives=alternatives,
        must_hold=_one_of(case, "case"),
    )
    named = sites[["name", "geometry"]].rename_axis("site_id").reset_index()
    opened_sites = result.alternatives.merge(named, on="site_id", how="left")
    rows = gpd.GeoDataFrame(opened_sites, geometry="geometry", crs=sites.crs)
    write_table(rows, out, opened.credits)
    summary = {
        **result.summary,
        "out": str(out),
        "portfolios": result.portfolios.to_dict("records"),
        "sites": rows.drop(columns="geometry").to_dict("records"),
        "phases": result.phases.to_dict("records"),
        "left_out": result.left_out.to_dict("records"),
    }
    say(as_json, summary, "\n".join(_lines(result, rows, str(out))))


def _sites(
    folder: Path,
    region: "Region",
    objective: str,
    building_years: float,
    mode: str,
    threads: int | None,
) -> "gpd.GeoDataFrame":
    """Gather what the question needs of the region's sites, and no more."""
    from geo_planner.analysis import settings_of
    from geo_planner.cli.subject import result_at
    from geo_planner.cli.travel import mode_of
    from geo_planner.errors import InputError
    from geo_planner.portfolio import portfolio_frame
    from geo_planner.run_folder import is_run

    if not region.has("sites"):
        raise InputError("the region has no sites; add a layer for the table 'sites'")
    study = settings_of(region)
    sites = region.geo_table("sites").set_index("site_id")
    if objective == "score" or is_run(folder):
        with progress_bars() as step:
            sites = result_at(folder, threads, step).sites
        land = sites
    else:
        from geo_planner.analysis.land import measure_land

        land = measure_land(region, sites, study).frame
    frame = portfolio_frame(sites, land, building_years=building_years)
    if objective == "station_near":
        from geo_planner.portfolio import station_near_shares

        frame["station_near_share"] = station_near_shares(region, sites)
    if objective == "travel_time":
        from geo_planner.portfolio import workers_mean_minutes

        frame["travel_time_min"] = workers_mean_minutes(
            region, sites, study, mode_of(mode), threads
        )
    return frame


def _one_of(text: str, option: str) -> Any:
    from geo_planner.portfolio import CASES, OBJECTIVES

    choices: tuple[str, ...] = CASES if option == "case" else OBJECTIVES
    if text not in choices:
        raise typer.BadParameter(f"--{option} {text!r}: choose from {', '.join(choices)}")
    return text


def _from_year(from_year: int | None, by_year: int | None, region: "Region") -> int | None:
    """Take the year of the study's window where none is given."""
    from geo_planner.analysis import settings_of

    if from_year is not None or by_year is None:
        return from_year
    window = settings_of(region).travel.window
    return None if window is None else window[1].year


def _counts(texts: list[str]) -> dict[str, int]:
    counts = {}
    for text in texts:
        name, _, count = text.partition("=")
        if not count.isdigit():
            raise typer.BadParameter(f"--max-per-cluster {text!r}: write CLUSTER=NUMBER")
        counts[name] = int(count)
    return counts


def _shares(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"--shares {text!r}: write numbers such as 0.5,1") from None


def _lines(result: "PortfolioResult", rows: "gpd.GeoDataFrame", out: str) -> list[str]:
    """Say which sites each portfolio opens, when their jobs come, and what cannot be reached."""
    from geo_planner.words.reasons import reasons_words
    from geo_planner.words.wording import Wording

    lines = []
    for row in result.portfolios.itertuples():
        opened = ", ".join(map(_opened, _of(rows, row.case, row.alternative)))
        sites = "site" if row.n_sites == 1 else "sites"
        lines.append(
            f"{row.case} case, alternative {row.alternative}: {row.jobs:.0f} jobs on {row.n_sites} "
            f"{sites}: {opened}"
        )
        if len(result.phases) and row.alternative == 1:
            lines += [
                f"  {year['year']:.0f}: {_square_metres(year['floor_area_m2'])}, "
                f"{year['jobs_by_end']:.0f} jobs by its end"
                for year in _of(result.phases, row.case, row.alternative)
            ]
    for case, answer in result.summary["cases"].items():
        if not answer["is_reachable"]:
            lines.append(
                f"{case} case: {answer['reachable_jobs']:.0f} jobs can be reached, not all"
            )
            lines += [f"  {reasons_words(cell, Wording('en'))}" for cell in answer["binding"]]
    lines += [
        f"{one} and {other} share ground: one of them at most is opened"
        for one, other in result.summary["share_ground"]
    ]
    return [f"{out}: {len(result.alternatives)} rows", *lines]


def _of(frame: Any, case: str, alternative: int) -> list[dict[str, Any]]:
    """List the rows of one portfolio."""
    is_own = (frame["case"] == case) & (frame["alternative"] == alternative)
    records: list[dict[str, Any]] = frame[is_own].to_dict("records")
    return records


def _opened(site: dict[str, Any]) -> str:
    name = site["name"] if isinstance(site["name"], str) else site["site_id"]
    part = "" if site["share"] > 0.995 else f" {site['share']:.0%}"  # noqa: PLR2004 -- as shown
    return f"{name}{part}"


def _square_metres(area_m2: float) -> str:
    return "floor area unknown" if area_m2 != area_m2 else f"{area_m2:.0f} m2"  # noqa: PLR0124

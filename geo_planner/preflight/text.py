"""A check in words: warnings, and the lines of the command."""

from collections.abc import Iterable, Iterator, Sequence

from geo_planner.config import Study
from geo_planner.preflight.comparing import FeedDay, Misfit, Total
from geo_planner.preflight.coverage import CoverageGrid, LayerCoverage
from geo_planner.preflight.model import Fault, Preflight, SourceReport
from geo_planner.preflight.needs import Missing
from geo_planner.words.findings import finding_line
from geo_planner.words.wording import Wording

_MISFITS = {
    "zones_outside_study_area": "zones lie outside the study area: give them role 'hinterland'",
    "businesses_outside_study_area": (
        "workplaces lie outside the study area: give them role 'hinterland'"
    ),
    "sites_outside_study_area": "sites lie outside the study area",
    "businesses_outside_zones": "workplaces lie in no zone",
    "zones_overlap": "zones overlap another: people may be counted twice",
}
_HELD = {"zones": "residents", "businesses": "jobs", "sites": "ground"}


def warnings_of(
    grid: CoverageGrid | None,
    study: Study,
    *,
    misfits: Sequence[Misfit],
    totals: Sequence[Total],
    feed_days: Sequence[FeedDay],
) -> tuple[str, ...]:
    """Say what does not keep a region from being built, but may make its results wrong."""
    lines = [_misfit_words(misfit) for misfit in misfits if misfit.count]
    lines += [_total_words(total, study) for total in totals if total.is_within is False]
    lines += [_day_words(day) for day in feed_days if not day.n_trips]
    if grid is None:
        lines.append("no study area is given, nor zones with an area: coverage is not measured")
    elif grid.stands_in != "study_area":
        lines.append("no study area is given: coverage is measured over the study's zones")
    return tuple(lines)


def _misfit_words(misfit: Misfit) -> str:
    held = ""
    if misfit.share is not None:
        held = f", {100 * misfit.share:.1f} % of the {_HELD[misfit.table]}"
    first = f" (first: {', '.join(misfit.examples)})"
    return f"{misfit.count} of {misfit.of} {_MISFITS[misfit.id]}{held}{first}"


def _total_words(total: Total, study: Study) -> str:
    if total.found is None or total.stated is None or total.difference is None:
        return f"{total.id}: no row has a figure, {total.stated:.0f} are stated as control total"
    share = 100 * total.difference / total.stated
    tolerance = 100 * study.control_totals.tolerance
    return (
        f"{total.id}: {total.found:.0f} found, {total.stated:.0f} stated as control total: "
        f"{total.difference:+.0f} ({share:+.1f} %, {tolerance:g} % tolerated)"
    )


def _day_words(day: FeedDay) -> str:
    return (
        f"feed {day.feed!r} runs no trip on {day.day} (depart under [travel]): its dates are "
        f"{day.first_date or 'unknown'} to {day.last_date or 'unknown'}"
    )


def to_text(checked: Preflight) -> str:
    """Write a check as lines to read."""
    return "\n".join(_lines(checked))


def _lines(checked: Preflight) -> Iterator[str]:
    head = checked.study.study
    yield f"{head.name}: {checked.crs or 'CRS unknown'}, time zone {checked.timezone or 'unknown'}"
    if head.badge:
        yield f"  {head.badge}"
    for source in checked.sources:
        yield from _source_lines(source)
    yield from _titled("coverage of the study area", map(_coverage_line, checked.coverage))
    yield from _total_lines(checked.totals)
    yield from _titled("missing", map(_missing_line, checked.missing))
    yield from _titled("warnings", checked.warnings)
    yield from _titled("wrong", (line for fault in checked.faults for line in _fault_lines(fault)))
    n_faults = len(checked.faults)
    problems = f"{n_faults} problem{'' if n_faults == 1 else 's'}"
    yield "a region can be built" if checked.can_build else f"no region can be built: {problems}"


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Put a title above lines and indent them; nothing where there is no line."""
    indented = [f"  {line}" for line in lines]
    yield from ([title, *indented] if indented else [])


def _coverage_line(layer: LayerCoverage) -> str:
    words = "of its area" if layer.by == "area" else "of its squares hold a row"
    inside = f"{layer.rows_inside} of {layer.rows} rows inside"
    return f"{layer.table:24} {100 * layer.share:5.1f} % {words}, {inside}"


def _missing_line(item: Missing) -> str:
    return f"{item.what}: {item.remedy}; without it no {', '.join(item.lost)}"


def _source_lines(source: SourceReport) -> Iterator[str]:
    rows = ", ".join(f"{count} {table}" for table, count in source.tables.items())
    yield f"{source.label}: {rows or 'nothing read'}{f' ({source.crs})' if source.crs else ''}"
    if source.bounds_wgs84:
        west, south, east, north = source.bounds_wgs84
        yield f"  longitude {west:.4f} to {east:.4f}, latitude {south:.4f} to {north:.4f}"
    if source.unmapped_fields:
        yield f"  fields not used: {', '.join(source.unmapped_fields)}"
    yield from (f"  {finding_line(finding, Wording())}" for finding in source.findings)


def _total_lines(totals: Sequence[Total]) -> Iterator[str]:
    for total in totals:
        if total.found is not None:
            stated = "" if total.stated is None else f", {total.stated:.0f} stated"
            yield f"{total.id}: {total.found:.0f}{stated}"


def _fault_lines(fault: Fault) -> Iterator[str]:
    table = f" -> {fault.table}" if fault.table else ""
    place = f"{fault.source}{table}: " if fault.source else ""
    yield f"{place}{fault.what}"
    if fault.remedy:
        yield f"  do: {fault.remedy}"

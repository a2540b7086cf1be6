"""A check as lines to read, in the language of its study."""

from collections.abc import Iterable, Iterator

from geo_planner.preflight.coverage import LayerCoverage
from geo_planner.preflight.model import Fault, Preflight, SourceReport
from geo_planner.preflight.needs import Missing
from geo_planner.words.findings import finding_line
from geo_planner.words.labels import country_words
from geo_planner.words.reasons import FIGURE_WRITERS, reason_words
from geo_planner.words.tables import counted_rows, table_words
from geo_planner.words.wording import Wording


def to_text(checked: Preflight) -> str:
    """Write a check as lines to read."""
    return "\n".join(_lines(checked, Wording.of_study(checked.study.study.model_dump())))


def _lines(checked: Preflight, words: Wording) -> Iterator[str]:
    head = checked.study.study
    unknown = words("unknown")
    frame = words("check_frame", crs=checked.crs or unknown, timezone=checked.timezone or unknown)
    yield f"{head.name}: {frame}"
    yield f"  {country_words(head.country, words)}"
    if head.badge:
        yield f"  {head.badge}"
    for source in checked.sources:
        yield from _source_lines(source, words)
    coverage = [_coverage_line(layer, words) for layer in checked.coverage]
    yield from _titled(words("check_coverage"), coverage)
    for total in checked.totals:
        if total.found is not None:
            stated = ""
            if total.stated is not None:
                stated = words("checked_stated", stated=words.number(total.stated))
            yield f"{words(f'total_of_{total.id}')}: {words.number(total.found)}{stated}"
    yield from _titled(
        words("check_missing"),
        [
            words(
                "checked_missing",
                what=reason_words(item.what, words),
                remedy=reason_words(item.remedy, words),
                lost="; ".join(lost_words(item, words)),
            )
            for item in checked.missing
        ],
    )
    warnings = [reason_words(warning, words) for warning in checked.warnings]
    yield from _titled(words("check_warnings"), warnings)
    faults = [line for fault in checked.faults for line in _fault_lines(fault, words)]
    yield from _titled(words("check_wrong"), faults)
    yield verdict(checked, words)


def verdict(checked: Preflight, words: Wording) -> str:
    """Say whether a region can be built."""
    if checked.can_build:
        return words("check_can_build")
    return words("check_cannot_build", count=words.number(len(checked.faults)))


def lost_words(item: Missing, words: Wording) -> list[str]:
    """Name what is lost for want of something, in the words of what stands in for jobs."""
    named = zip(item.lost, item.labels[words.language], strict=True)
    kinds = ("lost", "criterion", "indicator")
    labels = (
        next((own for kind in kinds if (own := words.phrases.get(f"{kind}_{key}"))), label)
        for key, label in named
    )
    return list(dict.fromkeys(labels))


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Put a title above lines and indent them; nothing where there is no line."""
    indented = [f"  {line}" for line in lines]
    yield from ([title, *indented] if indented else [])


def _coverage_line(layer: LayerCoverage, words: Wording) -> str:
    share = FIGURE_WRITERS["percent"](words, layer.share)
    of = words("checked_of_area" if layer.by == "area" else "checked_of_squares")
    inside = words(
        "checked_inside", inside=words.number(layer.rows_inside), rows=words.number(layer.rows)
    )
    return f"{table_words(layer.table, words):24} {share:>8} {of}, {inside}"


def _source_lines(source: SourceReport, words: Wording) -> Iterator[str]:
    rows = ", ".join(counted_rows(table, count, words) for table, count in source.tables.items())
    crs = f" ({source.crs})" if source.crs else ""
    yield f"{source.label}: {rows or words('check_nothing_read')}{crs}"
    if source.fetched is not None:
        yield f"  {reason_words(source.fetched, words)}"
    if source.bounds_wgs84:
        sides = zip(("west", "south", "east", "north"), source.bounds_wgs84, strict=True)
        bounds = {side: words.number(degrees, 4) for side, degrees in sides}
        yield f"  {words('checked_bounds', **bounds)}"
    if source.unmapped_fields:
        yield f"  {words('checked_fields_unused', fields=', '.join(source.unmapped_fields))}"
    yield from (f"  {finding_line(finding, words)}" for finding in source.findings)


def _fault_lines(fault: Fault, words: Wording) -> Iterator[str]:
    table = f" -> {fault.table}" if fault.table else ""
    place = f"{fault.source}{table}: " if fault.source else ""
    yield f"{place}{reason_words(fault.what, words)}"
    if fault.remedy is not None:
        yield f"  {words('checked_do', remedy=reason_words(fault.remedy, words))}"

"""A check of timetables in words that a planner can read."""

from collections.abc import Iterator

from geo_planner.findings import Finding
from geo_planner.preflight.feeds import FeedRead, FeedsCheck
from geo_planner.words.findings import first_words
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording

_HEADS = {"left_out": "left out", "repaired": "mended", "warning": "doubtful, but kept"}


def to_text(check: FeedsCheck) -> str:
    """Lay a check out as lines: verdict, errors, warnings, days, then feed by feed."""
    verdict = "cannot be used" if check.errors else "can be used"
    when = f" on {check.date:%A} {check.date.isoformat()}" if check.date else ""
    lines = [f"The timetable {verdict}{when}."]
    lines += [f"  ERROR: {error}" for error in check.errors]
    lines += [f"  WARNING: {warning}" for warning in check.warnings]
    lines += list(_days(check))
    for feed in check.feeds:
        lines += _feed_lines(feed)
    if check.findings:
        lines += ["", "When the day is laid out:", *_findings(check.findings)]
    return "\n".join(lines)


def _days(check: FeedsCheck) -> Iterator[str]:
    yield (
        f"  {check.n_days} days within the dates of all feeds have trips; the middle one has "
        f"{check.median_trips:.0f}"
    )
    if check.typical is not None:
        yield f"  typical day (--day typical): {reason_words(check.typical.to_reason(), Wording())}"
    if check.date is not None and check.n_services:
        share = 100 * (check.n_active or 0) / check.n_services
        yield (
            f"  {check.n_active} of {check.n_services} services run on the date ({share:.0f} %), "
            f"with {check.n_trips} trips"
        )
    if check.n_stops_off == 0:
        yield "  every stop served lies near a street"


def _feed_lines(feed: FeedRead) -> Iterator[str]:
    name = f" of {feed.publisher}" if feed.publisher else ""
    rows = ", ".join(f"{count} {table}" for table, count in feed.rows.items() if count)
    yield ""
    yield f"{feed.path}{name} ({feed.timezone}), {feed.first_date} to {feed.last_date}"
    yield f"  {rows}"
    yield from _findings(feed.findings)
    if not any(finding.kind in _HEADS for finding in feed.findings):
        yield "  nothing had to be mended or left out"


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    for kind, head in _HEADS.items():
        for finding in findings:
            if finding.kind == kind:
                file = finding.source.rpartition(" ")[2]
                first, what = first_words(finding, Wording()), reason_words(finding.what, Wording())
                yield f"  {head}: {finding.count} {what}, {file}{first}"

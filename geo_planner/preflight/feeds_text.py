"""A check of timetables in words that a planner can read."""

from collections.abc import Iterator

from geo_planner.findings import Finding
from geo_planner.preflight.feeds import FeedRead, FeedsCheck
from geo_planner.words.findings import counted_words, first_words
from geo_planner.words.reasons import reason_words
from geo_planner.words.tables import counted_rows
from geo_planner.words.wording import Wording

_HEADS = {"left_out": "feeds_left_out", "repaired": "feeds_repaired", "warning": "feeds_doubtful"}


def to_text(check: FeedsCheck, words: Wording) -> str:
    """Lay a check out as lines: verdict, errors, warnings, days, then feed by feed."""
    lines = [_verdict(check, words)]
    for key, reasons in (("feeds_error", check.errors), ("feeds_warning", check.warnings)):
        lines += [f"  {words(key, what=reason_words(reason, words))}" for reason in reasons]
    lines += list(_days(check, words))
    for feed in check.feeds:
        lines += _feed_lines(feed, words)
    if check.findings:
        lines += ["", words("feeds_laid_out"), *_findings(check.findings, words)]
    return "\n".join(lines)


def _verdict(check: FeedsCheck, words: Wording) -> str:
    key = "feeds_cannot_use" if check.errors else "feeds_can_use"
    if check.date is None:
        return words(key)
    return words(f"{key}_on", day=words.weekday(check.date))


def _days(check: FeedsCheck, words: Wording) -> Iterator[str]:
    days, trips = words.number(check.n_days), words.number(check.median_trips)
    yield f"  {words('feeds_days', days=days, trips=trips)}"
    if check.typical is not None:
        day = reason_words(check.typical.to_reason(), words)
        yield f"  {words('feeds_typical', day=day)}"
    if check.date is not None and check.n_services:
        active = check.n_active or 0
        line = words(
            "feeds_active",
            active=words.number(active),
            services=words.number(check.n_services),
            share=words.figure(active / check.n_services, "share"),
            trips=words.number(check.n_trips),
        )
        yield f"  {line}"
    if check.n_stops_off == 0:
        yield f"  {words('feeds_all_near')}"


def _feed_lines(feed: FeedRead, words: Wording) -> Iterator[str]:
    rows = ", ".join(
        counted_rows(table, count, words) for table, count in feed.rows.items() if count
    )
    yield ""
    yield words(
        "feeds_head",
        path=feed.path,
        publisher=words("feeds_publisher", name=feed.publisher) if feed.publisher else "",
        timezone=feed.timezone,
        first=words.day(feed.first_date),
        last=words.day(feed.last_date),
    )
    yield f"  {rows}"
    yield from _findings(feed.findings, words)
    if not any(finding.kind in _HEADS for finding in feed.findings):
        yield f"  {words('feeds_nothing_mended')}"


def _findings(findings: tuple[Finding, ...], words: Wording) -> Iterator[str]:
    for kind, head in _HEADS.items():
        for finding in findings:
            if finding.kind == kind:
                file = finding.source.rpartition(" ")[2]
                what = counted_words(finding, words)
                yield f"  {words(head)}: {what}, {file}{first_words(finding, words)}"

"""What does not keep a region from being built, but may make its results wrong."""

from collections.abc import Sequence

from geo_planner.config import Study
from geo_planner.preflight.comparing import FeedDay, Misfit, Total, Unstated
from geo_planner.preflight.coverage import CoverageGrid
from geo_planner.reasons import Reason


def warnings_of(
    grid: CoverageGrid | None,
    study: Study,
    *,
    misfits: Sequence[Misfit],
    totals: Sequence[Total],
    unstated: Sequence[Unstated],
    feed_days: Sequence[FeedDay],
) -> tuple[Reason, ...]:
    """List what a reader of the results should know."""
    tolerance = study.control_totals.tolerance
    warnings = [_of_misfit(misfit) for misfit in misfits if misfit.count]
    warnings += [_of_unstated(item) for item in unstated]
    warnings += [_of_total(total, tolerance) for total in totals if total.is_within is False]
    warnings += [_of_day(day) for day in feed_days if not day.n_trips]
    if grid is None:
        warnings.append(Reason("coverage_no_area"))
    elif grid.stands_in != "study_area":
        warnings.append(Reason("coverage_of_zones"))
    return tuple(warnings)


def _of_misfit(misfit: Misfit) -> Reason:
    what = Reason(f"misfit_{misfit.id}", count=misfit.count, of=misfit.of)
    if misfit.share is not None:
        what = Reason("misfit_share", what=what, share=misfit.share, counted=misfit.table)
    return Reason("misfit_first", what=what, ids=misfit.examples)


def _of_unstated(item: Unstated) -> Reason:
    return Reason(
        "counts_in_part", count=item.count, of=item.of, table=item.table, column=item.column
    )


def _of_total(total: Total, tolerance: float) -> Reason:
    stated = total.stated or 0.0
    if total.found is None or total.difference is None:
        return Reason("control_total_unknown", total=total.id, stated=stated)
    return Reason(
        "control_total_differs",
        total=total.id,
        found=total.found,
        stated=stated,
        difference=total.difference,
        share=total.difference / stated,
        tolerance=tolerance,
    )


def _of_day(day: FeedDay) -> Reason:
    if day.first_date is None or day.last_date is None:
        return Reason("feed_idle_without_dates", feed=day.feed, day=day.day)
    dates = {"first": day.first_date, "last": day.last_date}
    return Reason("feed_idle_on_day", feed=day.feed, day=day.day, **dates)

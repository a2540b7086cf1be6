"""What can hardly be meant in tables by area and year: parts above wholes, rows counted twice."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.schema import tables as schemas

_PARTS = {
    "residents_history": ("workers_count", "residents_count"),
    "education_choices": ("vocational_count", "leavers_count"),
    "turnover_history": ("exports_amount", "sales_amount"),
}
_BY_BRANCH = ("reference_employment", "turnover_history", "firms_history")
_PLACE = ["area", "year"]


def yearly_findings(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Finding]]:
    """Tell what can hardly be meant, as pairs of table and finding.

    Parameters
    ----------
    tables
        Validated tables of a region, by name.
    """
    for name, (part, whole) in _PARTS.items():
        frame = tables.get(name)
        if frame is not None and len(frame):
            above = (frame[part] > frame[whole]).fillna(value=False).to_numpy(bool)
            yield from _found(name, frame, above, "part_above_whole", part=part, whole=whole)
    for name in _BY_BRANCH:
        frame = tables.get(name)
        if frame is not None and len(frame):
            yield from _found(name, frame, _within_another(frame), "codes_counted_twice")
    jobs = tables.get("reference_employment")
    if jobs is not None and len(jobs):
        yield from _found("reference_employment", jobs, _both_sectors(jobs), "sector_counted_twice")
    flows = tables.get("commuting")
    if flows is not None and len(flows):
        yield from _found("commuting", flows, _above_all(flows), "education_above_all")
    sales = tables.get("turnover_history")
    if sales is not None and len(sales["currency"].unique()) > 1:
        names = tuple(sorted(str(name) for name in sales["currency"].dropna().unique()))
        what = Reason("currencies_differ", currencies=names)
        yield "turnover_history", Finding("turnover_history", "warning", len(sales), what)


def own_area(stated: str | None, study_area: pd.DataFrame | None, study: str | None) -> str | None:
    """Name the study's own area in tables by area and year.

    Parameters
    ----------
    stated
        Name the study states; it comes first.
    study_area
        Table of the study area: its name where all its parts have one.
    study
        Name of the study, where nothing else names it.
    """
    if stated:
        return stated
    names = [] if study_area is None or "name" not in study_area else study_area["name"].dropna()
    parts = sorted({str(name) for name in names})
    return parts[0] if len(parts) == 1 else study or None


def _found(
    name: str, frame: pd.DataFrame, rows: np.ndarray, code: str, **figures: str
) -> Iterator[tuple[str, Finding]]:
    if rows.any():
        key = schemas()[name].key
        labels = frame.loc[rows, key].head(MAX_IDS_SHOWN).astype(object)
        ids = tuple(" + ".join(map(str, row)) for row in labels.to_numpy())
        what = Reason(code, **figures)
        yield name, Finding(name, "warning", int(rows.sum()), what, ids)


def _within_another(frame: pd.DataFrame) -> np.ndarray:
    """Mark codes that a shorter code of the same area, year, list and sector holds already."""
    groups = [name for name in ("branch_standard", "sector", "district") if name in frame]
    marked = pd.Series(data=False, index=frame.index)
    for _, rows in frame.groupby([*_PLACE, *groups], dropna=False):
        codes = set(rows["branch_code"].dropna())
        marked.loc[rows.index] = [
            isinstance(code, str) and any(code[:n] in codes for n in range(1, len(code)))
            for code in rows["branch_code"]
        ]
    return marked.to_numpy(bool)


def _both_sectors(jobs: pd.DataFrame) -> np.ndarray:
    keys = [jobs[name] for name in (*_PLACE, "district", "branch_standard", "branch_code")]
    is_blank = jobs["sector"].isna()
    n_blank = is_blank.groupby(keys, dropna=False).transform("sum")
    n_rows = is_blank.groupby(keys, dropna=False).transform("size")
    return (is_blank & (n_blank < n_rows)).to_numpy(bool)


def _above_all(flows: pd.DataFrame) -> np.ndarray:
    """Mark rows of all together that hold fewer persons than their parts by education."""
    keys = ["from_area", "to_area", "year"]
    is_total = flows["education"].isna()
    parts = flows["persons_count"].where(~is_total, 0.0)
    summed = parts.groupby([flows[name] for name in keys]).transform("sum")
    return (is_total & (summed > flows["persons_count"])).to_numpy(bool)

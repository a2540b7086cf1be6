"""Figures year by year from tables by area and year, each with the range that is known.

A year without a figure between two others stays a gap: it is not bridged and never 0. Counts that
are rounded carry half of what they are rounded to on both sides; sums add these up, so a range is
the widest that the rounding allows.
"""

import numpy as np
import pandas as pd

LEVELS = ("level", "level_low", "level_high")
TREND_COLUMNS = ("value", "low", "high", *LEVELS, "there")


def rows_of(table: pd.DataFrame, area: str | None) -> pd.DataFrame:
    """Pick the rows of an area."""
    return table[table["area"] == area]


def levels_of(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sum a column by year.

    Parameters
    ----------
    rows
        Rows with ``year``; ``rounded_to_count`` where counts are rounded.
    column
        What is summed; a year with a null is unknown.

    Returns
    -------
    DataFrame
        Index year, from the first to the last of them: level, level_low, level_high, nan where
        unknown.
    """
    counts = rows[column].to_numpy(float, na_value=np.nan)
    rounded = rows.get("rounded_to_count", pd.Series(0.0, index=rows.index))
    half = rounded.fillna(0).to_numpy(float) / 2
    parts = pd.DataFrame(
        {
            "level": counts,
            "level_low": np.maximum(counts - half, 0),
            "level_high": counts + half,
        },
        index=pd.Index(rows["year"].astype(int), name="year"),
    )
    summed = parts.groupby(level="year").agg(lambda group: group.sum(skipna=False))
    return with_gaps(summed)


def with_gaps(by_year: pd.DataFrame) -> pd.DataFrame:
    """Give a row to every year from the first to the last."""
    if by_year.empty:
        return by_year
    years = range(int(by_year.index.min()), int(by_year.index.max()) + 1)
    return by_year.reindex(pd.Index(years, name="year"))


def changes_since(levels: pd.DataFrame, base: int) -> pd.DataFrame:
    """Count the change since a base year, and its range.

    Examples
    --------
    >>> levels = pd.DataFrame({"level": [10.0, 13.0], "level_low": [9.0, 12.0],
    ...                        "level_high": [11.0, 14.0]}, index=[2016, 2017])
    >>> changes_since(levels, 2016).loc[2017, ["value", "low", "high"]].tolist()
    [3.0, 1.0, 5.0]
    """
    first = levels.loc[base]
    trend = levels.assign(
        value=levels["level"] - first["level"],
        low=levels["level_low"] - first["level_high"],
        high=levels["level_high"] - first["level_low"],
    )
    trend.loc[base, ["low", "high"]] = 0.0
    return as_trend(trend)


def growth_since(levels: pd.DataFrame, base: int) -> pd.DataFrame:
    """Count the growth since a base year as a share, and its range."""
    first = levels.loc[base]
    with np.errstate(divide="ignore", invalid="ignore"):
        trend = levels.assign(
            value=levels["level"] / first["level"] - 1,
            low=levels["level_low"] / first["level_high"] - 1,
            high=levels["level_high"] / (first["level_low"] or np.nan) - 1,
        )
    trend.loc[base, ["low", "high"]] = 0.0
    return as_trend(trend)


def as_trend(by_year: pd.DataFrame) -> pd.DataFrame:
    """Bring figures by year to the columns of a trend; what is not given is unknown."""
    return with_gaps(by_year).reindex(columns=list(TREND_COLUMNS)).astype(float)


def shares_by_year(part: pd.Series, whole: pd.Series) -> pd.DataFrame:
    """Divide two sums by year; unknown where the whole is 0 or less than its part."""
    years = whole.index.union(part.index)
    part, whole = part.reindex(years), whole.reindex(years)
    share = (part / whole.where(whole > 0)).where(part <= whole)
    return as_trend(pd.DataFrame({"value": share, "level": share}))


def commuters(table: pd.DataFrame) -> pd.DataFrame:
    """Count persons by home, workplace and year: rows of all together, else the sum by education.

    Returns
    -------
    DataFrame
        from_area, to_area, year, persons_count.
    """
    keys = ["from_area", "to_area", "year"]
    is_total = table["education"].isna()
    whole = table[is_total].groupby(keys)["persons_count"].sum()
    parts = table[~is_total].groupby(keys)["persons_count"].sum()
    joined = pd.concat([whole, parts[~parts.index.isin(whole.index)]])
    return joined.reset_index()

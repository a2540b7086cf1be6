"""Tables by area and year, all made up: jobs, commuting, residents, turnover, school leavers.

The last year agrees with the workplaces and cells of the town; how it got there is invented. Round
figures are chosen: 3 100 private jobs and 810 residents in work more from 2016 to 2021, 21.3 % of
school leavers in vocational education in 2021, a year of school leavers that nobody counted, and
no turnover of the municipality, since no register publishes it.
"""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from demo.frame import rng_for, share_out
from demo.people import EMPLOYED, RESIDENTS, cell_layer
from demo.workplaces import BRANCH_STANDARD, workplace_layer

TOWN, COUNTRY = "Ballerup", "Danmark"
YEARS = range(2010, 2026)
LAST_YEAR = YEARS[-1]
ROUNDED_TO = 5
COUNTRY_JOBS = 2_900_000

# year: private jobs of the town; between them straight lines
PRIVATE = {2010: 31_950, 2012: 31_100, 2016: 31_500, 2019: 33_600, 2020: 33_500, 2021: 34_600}
WORKERS = {2010: 22_700, 2013: 22_300, 2016: 22_950, 2019: 23_600, 2020: 23_450, 2021: 23_760,
           2025: EMPLOYED}  # fmt: skip
PEOPLE = {2010: 47_300, 2016: 47_900, 2021: 48_250, 2025: RESIDENTS}
VOCATIONAL_SHARE = {2010: 0.201, 2013: 0.183, 2016: 0.191, 2019: 0.206, 2021: 0.213, 2025: 0.234}
UNCOUNTED_YEAR = 2020
LEAVERS = {2010: 590, 2025: 548}
FIRMS = {2010: 1_655, 2013: 1_610, 2016: 1_640, 2021: 1_755, 2025: 1_792}

# cluster by two digits of the branch: growth since 2016 here and there, times as many as there
GROWTH = {"life": (0.21, 0.12, 3.1), "finance": (-0.04, 0.03, 1.6), "it": (0.17, 0.24, 2.4)}
CLUSTER_OF = {
    "2110": "life", "2120": "life", "2660": "life", "3250": "life", "7211": "life",
    "6419": "finance", "6499": "finance", "6511": "finance", "6512": "finance", "6619": "finance",
    "6201": "it", "6202": "it", "6311": "it", "5829": "it",
}  # fmt: skip
OTHERS_THERE = 0.09

# home or workplace outside: share of those who come in, of those who go out
AROUND: tuple[tuple[str, float, float], ...] = (
    ("København", 0.27, 0.42), ("Frederiksberg", 0.05, 0.05), ("Herlev", 0.07, 0.08),
    ("Gladsaxe", 0.06, 0.09), ("Egedal", 0.13, 0.06), ("Furesø", 0.06, 0.04),
    ("Frederikssund", 0.05, 0.02), ("Rødovre", 0.05, 0.05), ("Albertslund", 0.05, 0.04),
    ("Roskilde", 0.06, 0.03), ("Øvrige", 0.15, 0.12),
)  # fmt: skip
# district: weight of its part in the change of private jobs
DISTRICT_YEARS = (2016, 2021, 2025)
DISTRICT_GROWTH = {
    "Lautrup": 1_420, "Ballerup": 640, "Malmparken": 510, "Skovlunde": 380, "Kildedal": 290,
    "Hede": 90, "Egebjerg": 20, "Pederstrup": -10, "Måløv": -60, "Industriparken": -180,
}  # fmt: skip
STAY = {2016: 10_150, 2021: 10_320, 2025: 10_500}
COME_IN = {2016: 31_900, 2021: 35_000, 2025: 36_000}
EDUCATION = {"basic": 0.17, "vocational": 0.36, "higher": 0.47}

# two-digit branches with sales: sales of 2016 in million DKK, growth to 2025
SALES: dict[str, tuple[float, float]] = {
    "21": (110_000, 0.55), "25": (52_000, 0.14), "26": (38_000, 0.34), "28": (120_000, 0.22),
    "22": (24_000, 0.12), "32": (30_000, 0.28), "33": (16_000, 0.18), "41": (74_000, 0.20),
    "43": (128_000, 0.24), "45": (130_000, 0.13), "46": (1_020_000, 0.20), "47": (310_000, 0.15),
    "49": (86_000, 0.12), "52": (92_000, 0.18), "53": (13_000, 0.30), "56": (48_000, 0.26),
    "58": (36_000, 0.30), "61": (42_000, 0.06), "62": (80_000, 0.52), "63": (15_000, 0.40),
    "68": (90_000, 0.12), "69": (32_000, 0.25), "70": (60_000, 0.28), "71": (58_000, 0.30),
    "72": (14_000, 0.48), "73": (26_000, 0.08), "78": (32_000, 0.24), "81": (30_000, 0.20),
}  # fmt: skip
EXPORT_SHARE = {"21": 0.86, "26": 0.70, "28": 0.64, "32": 0.72, "46": 0.30, "62": 0.24}
FEW_EXPORTS = 0.08
Row = tuple[object, ...]


def _between(years: dict[int, float], year: int) -> float:
    """Read a figure off the straight lines between the years given."""
    return float(np.interp(year, list(years), list(years.values())))


def _branches() -> pd.DataFrame:
    """Sum the jobs of the town by four-digit branch and sector."""
    work = workplace_layer()
    codes = work["branche"].str[:4]
    return work["ansatte"].groupby([codes, work["sektor"]]).sum().reset_index()


def job_rows() -> Iterable[Row]:
    """Give jobs by branch, area, year and sector, rounded as small cells are."""
    town = _branches()
    private = {**PRIVATE, LAST_YEAR: float(town.loc[town["sektor"] == "private", "ansatte"].sum())}
    for year in YEARS:
        jobs = _jobs_of(town, year, here=True)
        is_private = (town["sektor"] == "private").to_numpy()
        free = is_private & ~town["branche"].isin(CLUSTER_OF).to_numpy()
        missing = _between(private, year) - jobs[is_private].sum()
        jobs[free] *= 1 + missing / jobs[free].sum()
        yield from _rows(town, TOWN, year, jobs)
        yield from _rows(town, COUNTRY, year, _jobs_of(_country(town), year, here=False))
    yield from _district_rows(private)


def _district_rows(private: dict[int, float]) -> Iterable[Row]:
    """Share the change of private jobs out by district, so that the parts add up to the whole."""
    work = workplace_layer()
    cells = cell_layer()
    nearest = shapely.STRtree(cells.geometry.to_numpy()).nearest(work.geometry.to_numpy())
    is_private = (work["sektor"] == "private").to_numpy()
    counted = work["ansatte"].where(is_private, 0).groupby(cells["bydel"].to_numpy()[nearest])
    last = counted.sum()
    names = list(last.index)
    weights = np.array([DISTRICT_GROWTH.get(name, 0.0) for name in names])
    for year in DISTRICT_YEARS:
        change = _between(private, LAST_YEAR) - _between(private, year)
        jobs = last.to_numpy(float) - change * weights / weights.sum()
        for name, count in zip(names, jobs, strict=True):
            rounded = round(count / ROUNDED_TO) * ROUNDED_TO
            yield None, None, TOWN, year, "private", rounded, ROUNDED_TO, name


def _jobs_of(branches: pd.DataFrame, year: int, *, here: bool) -> np.ndarray:
    """Scale the jobs of the last year back by the growth of each branch."""
    growth = np.array(
        [
            GROWTH[CLUSTER_OF[code]][0 if here else 1]
            if code in CLUSTER_OF
            else 0.0
            if here
            else OTHERS_THERE
            for code in branches["branche"]
        ]
    )
    steps = {2010: -0.35, 2013: -0.30, 2016: 0.0, 2019: 0.42, 2020: 0.36, 2021: 0.60, 2025: 1.0}
    level = 1 + growth * _between(steps, year)
    return branches["ansatte"].to_numpy(float) * level / (1 + growth)


def _country(town: pd.DataFrame) -> pd.DataFrame:
    """Blow the town's branches up to the country, clusters less than the others."""
    shares = town["ansatte"] / town["ansatte"].sum()
    times = town["branche"].map(CLUSTER_OF).map({name: g[2] for name, g in GROWTH.items()})
    there = shares / times.fillna(1.0)
    is_free = times.isna()
    there[is_free] *= (1 - there[~is_free].sum()) / there[is_free].sum()
    return town.assign(ansatte=there * COUNTRY_JOBS)


def _rows(branches: pd.DataFrame, area: str, year: int, jobs: np.ndarray) -> Iterable[Row]:
    rounded = np.round(jobs / ROUNDED_TO).astype(int) * ROUNDED_TO
    for code, sector, count in zip(branches["branche"], branches["sektor"], rounded, strict=True):
        yield code, BRANCH_STANDARD, area, year, sector, int(count), ROUNDED_TO, None


def commuting_rows() -> Iterable[Row]:
    """Give persons by home, workplace, year and education."""
    for year, stay in STAY.items():
        out = round(_between(WORKERS, year)) - stay
        flows = [(TOWN, TOWN, stay)]
        for place, comes, goes in AROUND:
            flows += [(place, TOWN, round(COME_IN[year] * comes)), (TOWN, place, round(out * goes))]
        for home, work, count in flows:
            parts = share_out(count, np.array(list(EDUCATION.values())))
            for education, persons in zip(EDUCATION, parts, strict=True):
                yield home, work, year, education, int(persons)


def resident_rows() -> Iterable[Row]:
    """Give residents and residents in work by year."""
    for year in YEARS:
        yield TOWN, year, round(_between(PEOPLE, year)), round(_between(WORKERS, year))


def turnover_rows() -> Iterable[Row]:
    """Give sales and exports of the country by branch and year; none of the town is published."""
    rng = rng_for("turnover")
    for code, (sales, growth) in SALES.items():
        wobble = dict(zip(YEARS, rng.normal(0, 0.012, len(YEARS)), strict=True))
        for year in YEARS:
            done = (year - 2016) / (LAST_YEAR - 2016)
            step = 0.0 if year in (2016, LAST_YEAR) else wobble[year]
            dip = -0.05 if year == UNCOUNTED_YEAR else 0.0
            amount = sales * (1 + growth * done + step + dip)
            exports = amount * EXPORT_SHARE.get(code, FEW_EXPORTS)
            yield (code, BRANCH_STANDARD, COUNTRY, year, round(amount), round(exports),
                   "million DKK")  # fmt: skip


def education_rows() -> Iterable[Row]:
    """Give school leavers and those in vocational education; one year was not counted."""
    for year in YEARS:
        if year != UNCOUNTED_YEAR:
            leavers = round(_between(LEAVERS, year))
            yield TOWN, year, leavers, round(leavers * _between(VOCATIONAL_SHARE, year))


def firm_rows() -> Iterable[Row]:
    """Give workplaces of all branches together by year."""
    for year in YEARS:
        yield TOWN, year, round(_between(FIRMS, year))


TABLES: dict[str, tuple[tuple[str, ...], Callable[[], Iterable[Row]]]] = {
    "job": (
        ("branche", "br_std", "omraade", "aar", "sektor", "job", "afrundet", "bydel"), job_rows,
    ),
    "pendling": (("bopael", "arbejde", "aar", "uddannelse", "personer"), commuting_rows),
    "borgere": (("omraade", "aar", "borgere", "beskaeft"), resident_rows),
    "omsaetning": (
        ("branche", "br_std", "omraade", "aar", "salg", "eksport", "valuta"), turnover_rows,
    ),
    "uddannelse": (("omraade", "aar", "elever", "erhvervsud"), education_rows),
    "arbejdssteder": (("omraade", "aar", "antal"), firm_rows),
}  # fmt: skip


def write_tables(folder: Path) -> None:
    """Write every table as a CSV file."""
    for name, (columns, make) in TABLES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(make())

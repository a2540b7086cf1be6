"""The chain of factors that leads from what plans allow to a site's likely jobs, as one line."""

import pandas as pd

from geo_planner.words.wording import NO_BREAK_SPACE, Wording

_FACTORS = (
    "allowed_likely_m2", "existing_floor_area_m2", "remaining_m2", "business_share_likely",
    "realisation_likely", "occupancy_likely", "m2_per_job_likely", "private_share_likely",
    "jobs_likely",
)  # fmt: skip


def jobs_chain(words: Wording, row: pd.Series) -> str:
    """Say how floor area becomes jobs; empty where a factor or the jobs are unknown.

    Parameters
    ----------
    words
        Words of the page.
    row
        A site of a result.
    """
    if any(name not in row or pd.isna(row[name]) for name in _FACTORS):
        return ""

    def area(name: str) -> str:
        return f"{words.number(round(row[name], -2))}{NO_BREAK_SPACE}m²"

    return words(
        "jobs_chain",
        remaining=area("remaining_m2"),
        allowed=area("allowed_likely_m2"),
        existing=area("existing_floor_area_m2"),
        business=words.figure(row["business_share_likely"], "share"),
        realised=words.figure(row["realisation_likely"], "share"),
        occupied=words.figure(row["occupancy_likely"], "share"),
        m2=words.number(row["m2_per_job_likely"]),
        private=words.figure(row["private_share_likely"], "share"),
        jobs=words.figure(row["jobs_likely"], "jobs"),
    )

"""Points linked to streets from afar: the straight line between is charged, whatever lies in it."""

import pandas as pd

from geo_planner.findings import Finding
from geo_planner.networks.street.snap import BESIDE_M
from geo_planner.reasons import Reason

_MAX_EXAMPLES = 5


def far_links(ledger: pd.DataFrame, by: str) -> pd.Series:
    """Find the points farther from their street than what still lies beside it.

    Parameters
    ----------
    ledger
        Rows of one or more modes, as :class:`~geo_planner.networks.street.snap.Snapper` makes
        them.
    by
        Column that says of what the points are.

    Returns
    -------
    Series
        Index ``by`` and id: the longest straight line of any mode [m], the longest first.
    """
    if not len(ledger):
        empty = pd.MultiIndex.from_arrays([[], []], names=[by, "id"])
        return pd.Series([], index=empty, dtype=float)
    far = ledger[ledger["distance_m"] > BESIDE_M]
    return far.groupby([by, "id"])["distance_m"].max().sort_values(ascending=False, kind="stable")


def far_link_findings(ledger: pd.DataFrame, by: str) -> tuple[Finding, ...]:
    """Count the points linked from afar, one finding for each kind of points."""
    if not len(ledger) or not (ledger["distance_m"] > BESIDE_M).any():
        return ()
    found = far_links(ledger, by)
    return tuple(
        Finding(
            str(name),
            "warning",
            len(rows),
            Reason("points_linked_far", limit=BESIDE_M, farthest=float(rows.iloc[0])),
            tuple(rows.index.get_level_values("id")[:_MAX_EXAMPLES]),
        )
        for name, rows in found.groupby(level=by)
    )

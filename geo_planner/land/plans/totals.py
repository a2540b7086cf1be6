"""Floor area that plans state outright, divided by ground among the parts they cover.

A stated floor area is a total for all ground of its plan, whatever finer plans say within: it binds
beside their limits and is never replaced by them. A part has its share of it by ground.
"""

import numpy as np
import pandas as pd

from geo_planner.land.plans.overlay import PlanOverlay, union_m2
from geo_planner.land.plans.ruling import LEVELS, STATES, number, rows_of_state

_STATED = "max_floor_area_m2"
_OF_ONE_TOTAL = ["plan_id", "level", "status", _STATED]


def floor_area_totals(overlay: PlanOverlay, plans: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Give the share of every stated floor area that falls to each part, by reading.

    Parameters
    ----------
    overlay
        Parts of sites and the plans over them.
    plans
        Plan table the overlay was made with, in its order.

    Returns
    -------
    dict
        By reading a frame of pairs: ``part`` and ``plan`` (positions), ``total`` (number of the
        stated floor area), ``rank`` (of its level, finer ones higher) and ``floor_area_m2`` (the
        part's share).

    Notes
    -----
    Areas under one identifier that state the same floor area share it.
    """
    stated_m2 = number(plans, _STATED)
    total = plans.groupby(_OF_ONE_TOTAL, dropna=False, sort=False).ngroup().to_numpy()
    whole_m2 = union_m2(np.asarray(plans.geometry.array, dtype=object), total)
    rank = plans["level"].map(LEVELS.index).to_numpy(np.int64)

    def of_state(state: str) -> pd.DataFrame:
        rows = rows_of_state(overlay, plans, state)
        rows = rows[~np.isnan(stated_m2[overlay.plan_idx[rows]])]
        part, plan = overlay.part_idx[rows], overlay.plan_idx[rows]
        share = overlay.area_m2[part] / whole_m2[plan]
        # slivers joined to parts may reach beyond the plan: no more is given out than it states
        share /= np.maximum(1.0, np.bincount(total[plan], share, len(plans)))[total[plan]]
        return pd.DataFrame(
            {
                "part": part,
                "plan": plan,
                "total": total[plan],
                "rank": rank[plan],
                "floor_area_m2": stated_m2[plan] * share,
            }
        )

    return {state: of_state(state) for state in STATES}

"""Travel matrices as frames: pairs and costs are read, and counts lined up with them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from geo_planner.arrays import FloatArray
from geo_planner.errors import InputError
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.travel_time.columns import TRAVEL_TIME
from geo_planner.words.english import sentence

Decay = Callable[[FloatArray], FloatArray]

FROM, TO, COST = "from_id", "to_id", TRAVEL_TIME


@dataclass(frozen=True)
class TravelMatrix:
    """Hold the pairs of a travel matrix that are within reach.

    Parameters
    ----------
    origin_ids, destination_ids
        All ids the matrix names, each once, in its order.
    origin, destination
        Which of them each pair joins, ``(n_pairs,)``.
    cost
        What the way costs, ``(n_pairs,)``.
    """

    origin_ids: pd.Index
    destination_ids: pd.Index
    origin: npt.NDArray[np.intp]
    destination: npt.NDArray[np.intp]
    cost: FloatArray

    @classmethod
    def read(cls, frame: pd.DataFrame, *, cost: str = COST) -> Self:
        """Read a frame with columns from_id, to_id and a cost.

        Parameters
        ----------
        frame
            One row a pair, as ``travel_times(...).to_frame()`` gives it.
        cost
            Column of the costs.

        Raises
        ------
        InputError
            When a column is missing, an id or a pair is not one, or a cost is below zero.
        """
        absent = [name for name in (FROM, TO, cost) if name not in frame]
        if absent:
            raise InputError(
                f"the travel matrix lacks the column {', '.join(absent)}",
                [f"columns there are: {', '.join(map(str, frame.columns))}"],
            )
        costs = pd.to_numeric(frame[cost], errors="coerce").to_numpy(float, na_value=np.nan)
        _require_sound(frame, cost, costs)
        (origin, origin_ids), (destination, destination_ids) = (
            pd.factorize(frame[name]) for name in (FROM, TO)
        )
        is_reached = np.isfinite(costs)
        return cls(
            pd.Index(origin_ids, name=FROM),
            pd.Index(destination_ids, name=TO),
            origin[is_reached],
            destination[is_reached],
            costs[is_reached],
        )

    def at_destinations(self, counts: pd.Series, name: str) -> FloatArray:
        """Line counts up with the destinations; nan where they are unknown."""
        return _lined_up(counts, self.destination_ids, name)

    def at_origins(self, counts: pd.Series, name: str) -> FloatArray:
        """Line counts up with the origins; nan where they are unknown."""
        return _lined_up(counts, self.origin_ids, name)

    def weighed(self, weigh: Decay) -> csr_matrix:
        """Weigh all pairs, ``(n_origins, n_destinations)``."""
        shape = (len(self.origin_ids), len(self.destination_ids))
        return csr_matrix((weigh(self.cost), (self.origin, self.destination)), shape=shape)


def _require_sound(frame: pd.DataFrame, cost: str, costs: FloatArray) -> None:
    """Refuse ids that are missing, pairs named twice, and costs that are none."""
    given = frame[cost]
    cases = {
        "ids are missing": frame[[FROM, TO]].isna().any(axis=1).to_numpy(),
        "pairs are named twice": frame.duplicated([FROM, TO]).to_numpy(),
        f"values of {cost} are no numbers": given.notna().to_numpy() & np.isnan(costs),
        f"values of {cost} are below zero": costs < 0,
    }
    problems = [
        f"{int(bad.sum())} {what} (first: row {int(np.flatnonzero(bad)[0])})"
        for what, bad in cases.items()
        if bad.any()
    ]
    if problems:
        raise InputError("the travel matrix is not sound", problems)


def _lined_up(counts: pd.Series, ids: pd.Index, name: str) -> FloatArray:
    """Put counts in the order of ids; refuse counts that are none or name too little."""
    if not isinstance(counts, pd.Series):
        raise InputError(f"{name}: give a series of counts, index = ids")
    problems = []
    if not counts.index.is_unique:
        twice = counts.index[counts.index.duplicated()].unique()
        problems.append(f"ids are named twice: {_shown(twice)}")
    absent = ids[~ids.isin(counts.index)]
    if len(absent):
        problems.append(sentence("matrix_no_counts", count=len(absent), shown=_shown(absent)))
    values = pd.to_numeric(counts, errors="coerce")
    is_bad = (values.isna() & counts.notna()) | (values < 0) | np.isinf(values.to_numpy(float))
    if is_bad.any():
        problems.append(f"these are no counts: {_shown(counts.index[is_bad])}")
    if problems:
        raise InputError(f"{name}: the counts are not sound", problems)
    return values.reindex(ids).to_numpy(float, na_value=np.nan)


def _shown(ids: pd.Index) -> str:
    return ", ".join(map(str, ids[:MAX_IDS_SHOWN]))

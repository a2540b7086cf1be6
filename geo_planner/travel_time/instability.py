"""How much travel times swing over a window, per origin, from times as they come."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import FloatArray


class Instability:
    """Add up how far the longest and the shortest time of pairs lie apart.

    Parameters
    ----------
    origin_ids
        Ids of the origins.
    """

    def __init__(self, origin_ids: pd.Index) -> None:
        self._ids = origin_ids
        self._sum_s, self._most_s = np.zeros((2, len(origin_ids)))
        self._n_in_all, self._n_in_some = np.zeros((2, len(origin_ids)), np.int64)

    def add(self, origins: slice | npt.NDArray[np.intp], times_s: FloatArray) -> None:
        """Add the times of some origins, ``(n_origins, n_destinations, n_columns)`` [s]."""
        low, high = times_s.min(axis=2), times_s.max(axis=2)
        is_in_all = np.isfinite(high)
        spread_s = np.subtract(high, low, out=np.zeros_like(high), where=is_in_all)
        self._sum_s[origins] += spread_s.sum(axis=1)
        most_s = spread_s.max(axis=1, initial=0)
        self._most_s[origins] = np.maximum(self._most_s[origins], most_s)
        self._n_in_all[origins] += is_in_all.sum(axis=1)
        self._n_in_some[origins] += (np.isfinite(low) & ~is_in_all).sum(axis=1)

    def to_frame(self) -> pd.DataFrame:
        """Lay the result out, one row an origin.

        Returns
        -------
        DataFrame
            Index origin_ids: mean and largest difference between the longest and the shortest
            of the columns, ``spread_s_mean`` and ``spread_s_max``, over the ``n_destinations``
            that are reached in all columns; ``n_reached_in_some`` in some only.
        """
        is_any = self._n_in_all > 0
        mean_s = np.full(len(self._ids), np.nan)
        np.divide(self._sum_s, self._n_in_all, out=mean_s, where=is_any)
        return pd.DataFrame(
            {
                "spread_s_mean": mean_s,
                "spread_s_max": np.where(is_any, self._most_s, np.nan),
                "n_destinations": self._n_in_all,
                "n_reached_in_some": self._n_in_some,
            },
            index=self._ids,
        )

"""A router that gives the times of a matrix, by hand or as others published it."""

from pathlib import Path

import numpy as np
import pandas as pd

from geo_planner.kernels.street import UNREACHED
from geo_planner.travel_time import Block


class MatrixPoints:
    """Stand for points of a matrix: a ledger of ids; street -1 marks those off the network."""

    def __init__(self, ids, off=()):
        self.ledger = pd.DataFrame({"id": list(ids)})
        self.street = np.zeros(len(self.ledger), np.int32)  # all are on the network
        self.street = np.where(self.ledger["id"].isin(off), -1, 0).astype(np.int32)

    def __len__(self):
        return len(self.ledger)


class MatrixRouter:
    """Give the times of a matrix [s], nan where there is no way, in blocks of some rows."""

    def __init__(self, *matrices_s, columns=("travel_time_s",), block=7):
        stacked = np.stack(matrices_s, axis=2)
        costs = np.where(np.isnan(stacked), 0, stacked * 100).round().astype(np.int32)
        self.costs_cs = np.where(np.isnan(stacked), UNREACHED, costs).astype(np.int32)
        self.columns = columns
        self.block = block

    def blocks(self, origins, _destinations, **_limits):
        for start in range(0, len(origins), self.block):
            rows = slice(start, min(start + self.block, len(origins)))
            yield Block(rows, self.costs_cs[rows])


def belo_horizonte(shared_data: Path):
    """Read the published matrix and the land use in one order of zones."""
    folder = shared_data / "access_measures"
    land = pd.read_csv(folder / "bho_land_use.csv", index_col="id")
    pairs = pd.read_parquet(folder / "bho_travel_matrix.parquet")
    matrix = pairs.pivot_table(index="from_id", columns="to_id", values="travel_time")
    matrix = matrix.reindex(index=land.index, columns=land.index)
    assert len(pairs) == 748_437
    return MatrixRouter(matrix.to_numpy() * 60, block=32), land

"""Choosing between single searches and sweeps down a hierarchy, by what each would take.

The model counts what is done and multiplies by what it takes, as measured on Porto; only how the
numbers stand to each other matters. A hierarchy that is stored only has to be opened. The costs
found are the same whatever is chosen, so what was made before changes no result.
"""

import numpy as np

from geo_planner.kernels.hierarchy_sweep import LANES
from geo_planner.travel_time.row_search import RowSearch

_TRIED_ORIGINS = 8
_LIMIT_SHARES = (64, 32, 16, 8, 4, 2, 1)
# a state that a single search settles; a node that a sweep reads, for all its lanes
_SETTLE_NS = 50
_READ_NODE_NS = 100
# nodes that a sweep reads, by the root of states times points
_READ_PER_ROOT = 2.0
# a hierarchy opened, and one made: at all, and by state
_OPEN_NS, _OPEN_STATE_NS = 5_000_000, 100
_MAKE_NS, _MAKE_STATE_NS = 50_000_000, 3_000


def sweeps_pay(search: RowSearch, *, is_stored: bool) -> bool:
    """Tell whether sweeps down a hierarchy take less time than single searches.

    Parameters
    ----------
    search
        Single searches, laid out.
    is_stored
        Whether the hierarchy is there; else making it is part of what sweeps take.

    Notes
    -----
    What a search settles is asked of a few origins, within a small part of the limit first: where
    that is enough to tell, the rest is not searched.
    """
    if not search.n_starts:
        return False
    n_batches = -(-search.n_starts // LANES)
    # cuts of a street network are about as long as the root of what they cut is many
    n_points = LANES + search.n_ends
    n_read = min(search.n_states, _READ_PER_ROOT * np.sqrt(search.n_states * n_points))
    sweep_ns = n_batches * n_read * _READ_NODE_NS
    prepare_ns = _OPEN_NS + search.n_states * _OPEN_STATE_NS
    if not is_stored:
        prepare_ns += _MAKE_NS + search.n_states * _MAKE_STATE_NS
    enough = (sweep_ns + prepare_ns) / (search.n_starts * _SETTLE_NS)
    if enough > search.n_states:
        return False
    space = search.workspace()
    tried = np.unique(np.linspace(0, search.n_starts - 1, _TRIED_ORIGINS).astype(int))
    return any(
        sum(search.settled(origin, search.limit_cs // share, space) for origin in tried)
        > enough * len(tried)
        for share in _LIMIT_SHARES
    )

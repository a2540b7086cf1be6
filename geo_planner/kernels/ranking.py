"""Counting ranks: which site stood where in how many draws, and under which weights it was first.

Scores fall along each row of ``order``; scores that differ by no more than ``tie`` from the one
before share its place, and places count from 0.
"""

import numba
import numpy as np

SITES_AT_ONCE = 16  # their rows of counts stay in the nearest cache


@numba.njit(nogil=True, cache=True)
def count_ranks(scores, order, weights, tie, counts, central):
    """Add the places of a block of draws to ``counts`` and the weights of firsts to ``central``.

    Parameters
    ----------
    scores
        float64 ``(n_draws, n_sites)``.
    order
        int64 ``(n_draws, n_sites)``, sites of each draw from the highest score to the lowest.
    weights
        float64 ``(n_draws, n_criteria)``.
    tie
        Largest difference of neighbours that is none.
    counts
        int32 ``(n_sites, n_places)``, site by place, added to.
    central
        float64 ``(n_sites, n_criteria)``, added to.
    """
    n_draws, n_sites = order.shape
    places = np.empty((n_draws, n_sites), np.int32)
    for draw in range(n_draws):
        place = 0
        before = scores[draw, order[draw, 0]]
        # scores fall: a site shares the place before it unless the step down is a difference
        for i in range(n_sites):
            site = order[draw, i]
            score = scores[draw, site]
            if before - score > tie:
                place = i
            before = score
            places[draw, site] = place
            if place == 0:
                for j in range(weights.shape[1]):
                    central[site, j] += weights[draw, j]
    for first in range(0, n_sites, SITES_AT_ONCE):
        last = min(first + SITES_AT_ONCE, n_sites)
        for draw in range(n_draws):
            for site in range(first, last):
                counts[site, places[draw, site]] += 1

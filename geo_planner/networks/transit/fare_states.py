"""What the rides of a journey cost, as states that rides lead through.

A fare depends on the classes of the rides, in order. Sequences that cost the same, however a
journey goes on, are one state; so there are few, and a search by states is exact. For searches
that start from the destination, sequences are read from the last ride.

Where tickets hold for a time, each ride is one of two moves: a ticket is bought, or the ride goes
on the ticket of the ride before. A journey costs what its cheapest moves cost; whether the ticket
still holds is for the search to see, which knows the times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.config import Fares, cents
from geo_planner.errors import InputError
from geo_planner.kernels.tariff import IS_ANY, IS_OPEN, IS_TIMED, NOT_SOLD

MAX_SEQUENCES, MAX_STATES = 20_000, 1000


@dataclass(frozen=True)
class FareStates:
    """Hold the states of a journey's fare; states of more rides come later.

    Moves are the classes, each a ride that buys a ticket; where tickets hold for a time, as many
    follow that go on the ticket of the ride before.

    Parameters
    ----------
    fare_cents
        Fare of a journey that ends in each state, int32, ``(n_states,)``; the first state is that
        before any ride.
    lowest_cents
        Least fare of the journeys that end in each state or go on from it, int32, ``(n_states,)``.
    n_rides
        Rides that lead to each state, int32, ``(n_states,)``.
    following
        State after each move, int32, ``(n_states, n_moves)``; -1: no journey within the limits
        goes on so.
    is_better
        Whether the first state takes no more rides than the second and is no dearer, however a
        journey goes on, bool, ``(n_states, n_states)``.
    begins, keeps
        Whether a move is the first of its ticket that the search comes to, or is on the same
        ticket as the move before, bool, ``(n_states, n_moves)``; neither where tickets hold for
        ever.
    ticket
        What the time of a state's ticket is to moves from there, int8, ``(n_states,)``:
        ``IS_ANY``, ``IS_TIMED`` or ``IS_OPEN``.
    """

    fare_cents: IntArray
    lowest_cents: IntArray
    n_rides: IntArray
    following: IntArray
    is_better: npt.NDArray[np.bool_]
    begins: npt.NDArray[np.bool_]
    keeps: npt.NDArray[np.bool_]
    ticket: npt.NDArray[np.int8]

    @property
    def better(self) -> tuple[IntArray, IntArray]:
        """States of fewer rides better than each: pointers, ``(n_states + 1,)``, and states."""
        before = self.n_rides[:, np.newaxis]
        state, other = np.nonzero((self.is_better & (before > 0) & (before < self.n_rides)).T)
        counts = np.bincount(state, minlength=len(self.n_rides))
        return np.append(0, np.cumsum(counts)).astype(np.int32), other.astype(np.int32)


class _Row(NamedTuple):
    """What tells a state from others; ``is_ticket_whole`` in searches from the last ride alone."""

    n_rides: int
    fare: int
    lowest: int
    is_ticket_whole: bool
    following: tuple[int, ...]


def n_classes_of(fares: Fares) -> int:
    """Count the classes of lines that fares tell apart."""
    return max(1, len(fares.classes))


def ride_fare_cents(fares: Fares, moves: Sequence[int]) -> int:
    """Price the rides of a journey by its moves in order [hundredths]; 0 for none.

    ``NOT_SOLD`` where a ride cannot go on the ticket of the one before, whatever the time.

    Examples
    --------
    >>> from geo_planner.config import Fares
    >>> flat = Fares(kind="flat", currency="DKK", price="24")
    >>> ride_fare_cents(flat, [0, 0]), ride_fare_cents(flat, [])
    (2400, 0)
    >>> timed = flat.model_copy(update={"transfer_window_min": 90})
    >>> ride_fare_cents(timed, [0, 1]), ride_fare_cents(timed, [0, 0])
    (2400, 4800)
    """
    if not moves or fares.kind == "distance":
        return 0
    if fares.transfer_window_min is not None:
        return _timed_fare_cents(fares, moves)
    if fares.price is not None:
        return cents(fares.price)
    names = [fares.classes[number].name for number in moves]
    single, reduced = _prices(fares)
    left = len(names) if fares.max_reduced_transfers is None else fares.max_reduced_transfers
    total = single[names[0]]
    for pair in pairwise(names):
        if left and pair in reduced:
            total += reduced[pair]
            left -= 1
        else:
            total += single[pair[1]]
    return total if fares.cap is None else min(total, cents(fares.cap))


def _timed_fare_cents(fares: Fares, moves: Sequence[int]) -> int:
    single, reduced = _prices(fares)
    names, n_classes = list(single), n_classes_of(fares)
    left = len(moves) if fares.max_reduced_transfers is None else fares.max_reduced_transfers
    total, before = 0, ""
    for move in moves:
        name = names[move % n_classes]
        if move < n_classes:
            total += single[name]
        elif left and (before, name) in reduced:
            total += reduced[before, name]
            left -= 1
        else:
            return NOT_SOLD
        before = name
    return total if fares.cap is None else min(total, cents(fares.cap))


def _prices(fares: Fares) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Give the prices of rides by class and of transfers by both; a flat fare is one class."""
    if fares.price is not None:
        return {"any": cents(fares.price)}, {("any", "any"): 0}
    return (
        {one.name: cents(one.price) for one in fares.classes},
        {(rule.first, rule.second): cents(rule.price) for rule in fares.transfers},
    )


@lru_cache(maxsize=8)
def fare_states(
    fares: Fares, max_rides: int, *, max_cents: int | None = None, is_reversed: bool = False
) -> FareStates:
    """Lay out the states of fares over at most some rides.

    Parameters
    ----------
    fares
        What rides cost.
    max_rides
        Most rides.
    max_cents
        Journeys that cost more are left out [hundredths]; None: none are.
    is_reversed
        Whether rides are counted from the last one back.

    Raises
    ------
    InputError
        When there are too many sequences of classes, or states.
    """
    n_classes = n_classes_of(fares)
    n_moves = n_classes * (1 if fares.transfer_window_min is None else 2)
    if n_moves**max_rides > MAX_SEQUENCES:
        raise InputError(
            f"fares: {n_classes} classes{' of timed tickets' * (n_moves > n_classes)} and max_rides"
            f" = {max_rides} make more than {MAX_SEQUENCES} sequences of rides; use fewer classes "
            "or rides"
        )
    dearest = NOT_SOLD - 1 if max_cents is None else max_cents
    numbers: dict[_Row, int] = {}

    def visit(moves: tuple[int, ...]) -> tuple[int, int]:
        """Give a sequence its number, and the least fare of all that go on from it."""
        fare = ride_fare_cents(fares, moves[::-1] if is_reversed else moves)
        going_on = range(n_moves) if len(moves) < max_rides else ()
        children = [visit((*moves, number)) for number in going_on]
        lowest = min([fare, *(low for _, low in children)])
        if moves and lowest > dearest:
            return -1, lowest
        # from the last ride back, a ticket is whole once the ride that bought it is there
        is_whole = is_reversed and (not moves or moves[-1] < n_classes)
        row = _Row(len(moves), fare, lowest, is_whole, tuple(number for number, _ in children))
        return numbers.setdefault(row, len(numbers)), lowest

    visit(())
    if len(numbers) > MAX_STATES:
        raise InputError(
            f"fares: {n_classes} classes and max_rides = {max_rides} cost in {len(numbers)} "
            f"different ways, more than {MAX_STATES}; use fewer classes or rides"
        )
    rows = sorted(numbers, key=lambda row: (row.n_rides, numbers[row]))
    place = {numbers[row]: position for position, row in enumerate(rows)} | {-1: -1}
    following = np.full((len(rows), n_moves), -1, np.int32)
    for position, row in enumerate(rows):
        following[position, : len(row.following)] = [place[child] for child in row.following]
    n_rides, fare_cents, lowest_cents = np.array([row[:3] for row in rows], np.int32).T.copy()
    begins = np.zeros(following.shape, bool)
    if n_moves > n_classes:
        is_whole = np.array([row.is_ticket_whole for row in rows])
        begins[:] = is_whole[:, np.newaxis] if is_reversed else np.arange(n_moves) < n_classes
    keeps = ~begins & (n_moves > n_classes)
    goes_on = following >= 0
    ticket = np.where((goes_on & keeps).any(axis=1), IS_TIMED, IS_ANY)
    if is_reversed:
        ticket[(goes_on & begins).any(axis=1)] = IS_OPEN
    return FareStates(
        fare_cents, lowest_cents, n_rides, following, _better(fare_cents, following, n_rides),
        begins, keeps, ticket.astype(np.int8),
    )  # fmt: skip


def _better(fare_cents: IntArray, following: IntArray, n_rides: IntArray) -> npt.NDArray[np.bool_]:
    n_states = len(n_rides)
    is_better = np.zeros((n_states, n_states), bool)
    # what follows a state comes later: from the last state back, all that follows is known
    for state in reversed(range(n_states)):
        here = following[state][following[state] >= 0]
        there = following[:, following[state] >= 0]
        goes_on = ((there >= 0) & is_better[there, here]).all(axis=1)
        is_cheap = (n_rides <= n_rides[state]) & (fare_cents <= fare_cents[state])
        is_better[:, state] = is_cheap & goes_on
    return is_better

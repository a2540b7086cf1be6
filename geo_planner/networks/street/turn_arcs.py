"""Turns between directed streets: which are possible, what they cost, what is remembered.

A directed street may stand in several copies: reached over the beginning of a forbidden path, or
(streets that cars may only enter to stop there) not left yet since the trip began, or entered to
stay.
"""

from dataclasses import dataclass

import numpy as np

from geo_planner.arrays import BoolArray, IntArray, LongArray
from geo_planner.networks.street.turn_rules import Path, TurnRules
from geo_planner.networks.street.turns import Turning

PASSING, STARTING, STAYING = 0, 1, 2
_MAY_FOLLOW = np.array([[1, 0, 1], [1, 1, 1], [0, 0, 1]], bool)
_NONE = -1


@dataclass(frozen=True)
class DirectedStreets:
    """Hold the streets of a mode by direction: ``2 s`` along and ``2 s + 1`` against street ``s``.

    Parameters
    ----------
    head
        Node at the end of each, ``(2 * n_streets,)``; -1 where it is closed or not kept.
    cost
        Cost from end to end [cs]; -1: not allowed, or the street is not kept.
    n_nodes
        How many nodes there are.
    delay
        What passing its end costs besides [cs].
    is_guarded
        Whether vehicles may only enter it to stop there.
    """

    head: LongArray
    cost: IntArray
    n_nodes: int
    delay: IntArray
    is_guarded: BoolArray

    @property
    def tail(self) -> LongArray:
        """Node at the start of each."""
        return self.head.reshape(-1, 2)[:, ::-1].ravel()

    @property
    def is_usable(self) -> BoolArray:
        """Whether vehicles may go along it, at least in part."""
        return self.cost >= 0

    @property
    def is_used(self) -> BoolArray:
        """Whether vehicles may go along its street in either direction."""
        return self.is_usable.reshape(-1, 2).any(axis=1).repeat(2)

    @property
    def n_streets_at(self) -> LongArray:
        """Count the streets at each node, ``(n_nodes,)``."""
        ends = self.head[self.is_used & (self.head >= 0)]
        return np.bincount(ends, minlength=self.n_nodes).astype(np.int64)

    @property
    def runs(self) -> BoolArray:
        """Whether it leads from a node to a node."""
        return self.is_usable & (self.head >= 0) & (self.tail >= 0)


@dataclass(frozen=True)
class Copies:
    """Hold the directed streets once for all that is remembered on them, ``(n_copies,)``.

    Parameters
    ----------
    way
        Directed street.
    phase
        Passing, starting within or staying on streets that are entered only to stop there.
    history
        Place among the histories of the turn rules, from 1; 0: nothing remembered.
    """

    way: LongArray
    phase: LongArray
    history: LongArray


@dataclass(frozen=True)
class Turns:
    """Hold the turns at nodes where they are told apart: from a copy to a copy, and the cost."""

    from_copy: LongArray
    to_copy: LongArray
    cost: LongArray


def full_nodes(streets: DirectedStreets, rules: TurnRules, turning: Turning | None) -> BoolArray:
    """Mark nodes where turns are told apart."""
    if turning is not None:
        return np.ones(streets.n_nodes, bool)
    is_full = np.zeros(streets.n_nodes + 1, bool)
    is_full[streets.head[streets.is_guarded]] = True
    of_rules = np.array([way for path in rules.forbidden for way in path], np.int64)
    is_full[streets.head[of_rules]] = True
    is_full[streets.tail[of_rules]] = True
    return is_full[:-1]


def copied(streets: DirectedStreets, rules: TurnRules) -> Copies:
    """List every directed street with all that may be remembered on it."""
    way = np.flatnonzero(streets.is_usable)
    guarded = streets.is_guarded[way]
    ways = [way, way[guarded]]
    phases = [np.where(guarded, STARTING, PASSING), np.full(guarded.sum(), STAYING)]
    histories = [np.zeros(len(way) + guarded.sum(), np.int64)]
    for number, history in enumerate(rules.histories, start=1):
        last = history[-1]
        own_phases = [STARTING, STAYING] if streets.is_guarded[last] else [PASSING]
        ways.append(np.full(len(own_phases), last))
        phases.append(np.array(own_phases))
        histories.append(np.full(len(own_phases), number))
    return Copies(*(np.concatenate(parts).astype(np.int64) for parts in (ways, phases, histories)))


def meeting_turns(
    streets: DirectedStreets,
    copies: Copies,
    rules: TurnRules,
    turning: Turning | None,
    is_full: BoolArray,
) -> Turns:
    """List the turns at the marked nodes, with what each costs and the copy it leads to."""
    head, tail = streets.head[copies.way], streets.tail[copies.way]
    arriving = np.flatnonzero((head >= 0) & np.append(is_full, False)[head])
    leaving = np.flatnonzero((copies.history == 0) & (tail >= 0) & np.append(is_full, False)[tail])
    from_copy, to_copy = _meeting(arriving, leaving, head, tail, streets.n_nodes)
    follows = _MAY_FOLLOW[copies.phase[from_copy], copies.phase[to_copy]]
    from_copy, to_copy = from_copy[follows], to_copy[follows]
    from_way, to_way = copies.way[from_copy], copies.way[to_copy]
    cost = streets.delay[from_way].astype(np.int64)
    if turning is not None:
        cost += turning.cost_cs(from_way, to_way)
    to_copy = _follow_rules(copies, rules, from_copy, to_copy)
    kept = to_copy >= 0
    return Turns(from_copy[kept], to_copy[kept], cost[kept])


def _meeting(
    arriving: LongArray, leaving: LongArray, head: LongArray, tail: LongArray, n_nodes: int
) -> tuple[LongArray, LongArray]:
    """Pair every arriving copy with every copy that leaves the same node."""
    leaving = leaving[np.argsort(tail[leaving], kind="stable")]
    n_at = np.bincount(tail[leaving], minlength=n_nodes)
    first_at = np.concatenate([[0], np.cumsum(n_at)])
    n_leaving, first = n_at[head[arriving]], first_at[head[arriving]]
    n_before = np.cumsum(n_leaving) - n_leaving
    place = np.arange(n_leaving.sum()) - np.repeat(n_before - first, n_leaving)
    return np.repeat(arriving, n_leaving), leaving[place]


def _follow_rules(
    copies: Copies, rules: TurnRules, from_copy: LongArray, to_copy: LongArray
) -> LongArray:
    """Lead turns to the copy that remembers them; -1 where they are forbidden."""
    if not rules.forbidden:
        return to_copy
    n_ways = int(copies.way.max(initial=0)) + 1
    pair = copies.way[from_copy] * n_ways + copies.way[to_copy]
    listed = [first * n_ways + second for first, second in rules.pairs]
    place = {
        key: copy
        for copy, key in enumerate(zip(copies.way, copies.phase, copies.history, strict=True))
    }
    number: dict[Path, int] = {path: i for i, path in enumerate(rules.histories, start=1)}
    target = to_copy.copy()
    for row in np.flatnonzero(np.isin(pair, listed) | (copies.history[from_copy] > 0)):
        start, end = from_copy[row], to_copy[row]
        remembered = copies.history[start]
        path = rules.histories[remembered - 1] if remembered else (int(copies.way[start]),)
        found = rules.follow(path, int(copies.way[end]))
        key = (copies.way[end], copies.phase[end], number.get(found or (), 0))
        target[row] = _NONE if found is None else place[key]
    return target

"""The graph that is searched: nodes where turning is free, directed streets where it is not.

At most nodes of a walking network any turn is free, and the node itself is a state. Where turns
cost or are forbidden the states are the *beginnings of directed streets*, reached when the turn
into them has been made; an arc leads along the street and through the next turn. Two kinds of
states are not passed through and so cost a search nothing: a trip that starts within a street
leaves from its *end* (an arc to every turn it may take), and one that starts or ends exactly at
a crossing stands on its *corner*, from and to which no turn is made.

A directed street may have several states, for what is remembered on it.
"""

import numpy as np

from geo_planner.arrays import BoolArray, LongArray
from geo_planner.networks.derived import Arrays
from geo_planner.networks.street.turn_arcs import (
    PASSING,
    STARTING,
    STAYING,
    Copies,
    DirectedStreets,
    Turns,
    copied,
    full_nodes,
    meeting_turns,
)
from geo_planner.networks.street.turn_rules import TurnRules
from geo_planner.networks.street.turns import Turning

_NONE = -1


def state_graph(
    streets: DirectedStreets, rules: TurnRules, turning: Turning | None
) -> tuple[Arrays, LongArray]:
    """Lay out states and arcs.

    Parameters
    ----------
    streets
        What leads where.
    rules
        Forbidden paths.
    turning
        What turns cost; None: nothing, and vehicles turn round at no cost.

    Returns
    -------
    tuple
        ``arc_*``, ``reverse_*``, ``leave_*`` and ``enter_*`` of the street network; and the node
        each state belongs to.
    """
    is_full = full_nodes(streets, rules, turning)
    copies = copied(streets, rules)
    turns = meeting_turns(streets, copies, rules, turning, is_full)
    return _Layout(streets, copies, turns, is_full).arrays()


class _Layout:
    """Number the states and compress the arcs between them."""

    def __init__(
        self, streets: DirectedStreets, copies: Copies, turns: Turns, is_full: BoolArray
    ) -> None:
        self._streets, self._copies, self._turns = streets, copies, turns
        self._is_full = np.append(is_full, False)
        self._head = streets.head[copies.way]
        self._tail = streets.tail[copies.way]
        self._is_left = (
            (self._head >= 0) & self._is_full[self._head] & (copies.history == 0)
            & (copies.phase != STAYING)
        )  # fmt: skip
        self._corner = self._corners()
        self._is_cornered = (self._head >= 0) & np.isin(self._head, self._corner)
        self._n_targets = np.bincount(turns.from_copy, minlength=len(self._head))
        self._n_targets += self._is_cornered
        self._number_states()

    def _corners(self) -> LongArray:
        """Choose the nodes where it matters whether a point stands on the corner or in a street."""
        streets = self._streets
        one_way = streets.is_usable & ~streets.is_usable[np.arange(len(streets.head)) ^ 1]
        matters = streets.n_streets_at > 1
        matters[_nodes(streets.head[one_way])] = True
        matters[_nodes(streets.tail[one_way])] = True
        return np.flatnonzero(matters & self._is_full[:-1])

    def _number_states(self) -> None:
        """Give states numbers in the order of nodes; those that trips only leave from come last."""
        is_full, n_nodes = self._is_full, self._streets.n_nodes
        alone = np.flatnonzero(~is_full[:-1])
        begins = np.flatnonzero((self._tail >= 0) & is_full[self._tail])
        shared = np.unique(self._copies.way[self._copies.history > 0])
        ends = np.flatnonzero(self._is_left & (self._n_targets > 1))
        passed = [alone, self._tail[begins], self._corner, self._streets.tail[shared]]
        left = [self._head[ends], self._corner]
        order = np.argsort(np.concatenate(passed), kind="stable")
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        splits = np.cumsum([len(part) for part in passed])[:-1]
        of_alone, of_begins, of_corner, of_shared = np.split(rank, splits)
        n_passed, n_ends = len(order), len(ends)
        self.node = np.concatenate([np.concatenate(passed)[order], *left])
        self._alone = _table(alone, of_alone, n_nodes + 1)
        self._begin = _table(begins, of_begins, len(self._tail))
        self._on = _table(self._corner, of_corner, n_nodes + 1)
        self._shared = _table(shared, of_shared, len(self._streets.head))
        self._end = _table(ends, n_passed + np.arange(n_ends), len(self._tail))
        off = n_passed + n_ends + np.arange(len(self._corner))
        self._off = _table(self._corner, off, n_nodes + 1)

    def arrays(self) -> tuple[Arrays, LongArray]:
        """Make the arrays."""
        kinds = (
            self._arcs_along(), self._arcs_from_ends(), self._arcs_from_corners(),
            self._arcs_to_shared(),
        )  # fmt: skip
        starts, ends, costs = (np.concatenate(parts) for parts in zip(*kinds, strict=True))
        return compressed(starts, ends, costs, len(self.node)) | self._doors(), self.node

    def _start_of(self, copy: LongArray) -> LongArray:
        """Give the state in which a copy is about to be travelled."""
        return np.where(self._begin[copy] >= 0, self._begin[copy], self._alone[self._tail[copy]])

    def _targets(self) -> tuple[LongArray, LongArray, LongArray]:
        """List what an arriving copy may turn to: copy, state, cost; corners too."""
        turns = self._turns
        cornered = np.flatnonzero(self._is_cornered)
        return (
            np.concatenate([turns.from_copy, cornered]),
            np.concatenate([self._start_of(turns.to_copy), self._on[self._head[cornered]]]),
            np.concatenate([turns.cost, np.zeros(len(cornered), np.int64)]),
        )

    def _arcs_along(self) -> tuple[LongArray, ...]:
        """Lead from the start of each street through the turn at its end."""
        streets, way = self._streets, self._copies.way
        runs = streets.runs[way]
        to_node = np.flatnonzero(runs & ~self._is_full[self._head])
        copy, state, cost = self._targets()
        is_run = runs[copy]
        copy, state, cost = copy[is_run], state[is_run], cost[is_run]
        straight_cost = streets.cost[way[to_node]].astype(np.int64) + streets.delay[way[to_node]]
        return (
            self._start_of(np.concatenate([to_node, copy])),
            np.concatenate([self._alone[self._head[to_node]], state]),
            np.concatenate([straight_cost, streets.cost[way[copy]] + cost]),
        )

    def _arcs_from_ends(self) -> tuple[LongArray, ...]:
        """Lead from the end of a street, where trips that start on it come by."""
        copy, state, cost = self._targets()
        leaves = self._end[copy] >= 0
        return self._end[copy[leaves]], state[leaves], cost[leaves]

    def _arcs_from_corners(self) -> tuple[LongArray, ...]:
        """Lead from a corner into every street that starts there, and to the corner itself.

        A corner of a street open to all is not within a street that is entered only to stop.
        """
        copies = self._copies
        is_open = np.zeros(len(self._is_full), bool)
        is_open[self._tail[copies.phase == PASSING]] = True
        begins = (self._begin >= 0) & (copies.history == 0) & (self._off[self._tail] >= 0)
        begins &= (copies.phase != STARTING) | ~is_open[self._tail]
        into = np.flatnonzero(begins)
        starts = np.concatenate([self._off[self._tail[into]], self._off[self._corner]])
        ends = np.concatenate([self._begin[into], self._on[self._corner]])
        return starts, ends, np.zeros(len(starts), np.int64)

    def _arcs_to_shared(self) -> tuple[LongArray, ...]:
        """Lead from all states of a street to the one that trips ending on it are reached from."""
        copies = np.flatnonzero((self._begin >= 0) & (self._shared[self._copies.way] >= 0))
        states = self._shared[self._copies.way[copies]]
        return self._begin[copies], states, np.zeros(len(copies), np.int64)

    def _doors(self) -> Arrays:
        """Say by street in which states trips begin and end."""
        leave, extra = self._leaving()
        enter = self._entering()
        off = np.where(self._off[self._streets.head] >= 0, self._off[self._streets.head], leave)
        on = np.where(self._on[self._streets.tail] >= 0, self._on[self._streets.tail], enter)
        off, on = (np.where(self._streets.is_used, states, _NONE) for states in (off, on))
        by_way = {
            "leave_from": leave[1::2], "leave_from_cost": extra[1::2], "stand_from": off[1::2],
            "leave_to": leave[::2], "leave_to_cost": extra[::2], "stand_to": off[::2],
            "enter_from": enter[::2], "meet_from": on[::2],
            "enter_to": enter[1::2], "meet_to": on[1::2],
        }  # fmt: skip
        return {name: values.astype(np.int32) for name, values in by_way.items()}

    def _leaving(self) -> tuple[LongArray, LongArray]:
        """Give the state at the end of each directed street, and what getting there costs.

        Where only one turn is possible it is taken at once.
        """
        streets, way = self._streets, self._copies.way
        leave = self._alone[streets.head]
        extra = np.where((leave >= 0) & streets.is_usable, streets.delay, 0).astype(np.int64)
        several = self._end >= 0
        leave[way[several]] = self._end[several]
        copy, state, cost = self._targets()
        single = (self._is_left & (self._n_targets == 1))[copy]
        leave[way[copy[single]]] = state[single]
        extra[way[copy[single]]] = cost[single]
        return np.where(streets.is_used, leave, _NONE), extra

    def _entering(self) -> LongArray:
        """Give the state at the start of each directed street."""
        streets, copies = self._streets, self._copies
        begin = np.full(len(streets.head), _NONE, np.int64)
        arrives = (self._begin >= 0) & (copies.history == 0) & (copies.phase != STARTING)
        begin[copies.way[arrives]] = self._begin[arrives]
        at_node = self._alone[streets.tail]
        enter = np.select([at_node >= 0, self._shared >= 0], [at_node, self._shared], begin)
        return np.where(streets.is_used, enter, _NONE)


def _nodes(ends: LongArray) -> LongArray:
    return ends[ends >= 0]


def _table(places: LongArray, numbers: LongArray, size: int) -> LongArray:
    """Spread numbers over places; -1 elsewhere, at the last place too."""
    table = np.full(size, _NONE, np.int64)
    table[places] = numbers
    return table


def compressed(starts: LongArray, ends: LongArray, costs: LongArray, n_states: int) -> Arrays:
    """Compress arcs into rows, as they are and turned round."""
    arrays: Arrays = {}
    for name, rows, columns in (("arc", starts, ends), ("reverse", ends, starts)):
        order = np.lexsort((costs, columns, rows))
        counts = np.bincount(rows, minlength=n_states)
        arrays[f"{name}_ptr"] = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        arrays[f"{name}_head"] = columns[order].astype(np.int32)
        arrays[f"{name}_cost"] = costs[order].astype(np.int32)
    return arrays

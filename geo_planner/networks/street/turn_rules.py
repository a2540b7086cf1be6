"""Turn restrictions as paths of directed streets that may not be driven.

A street of row ``s`` has two directed streets: ``2 s`` along its geometry and ``2 s + 1`` against
it. A forbidden turn is a path of two directed streets; over via ways it is longer. *Only* becomes
the ban of every other way on from the same path: over via ways it binds those alone who have come
over them, and leaves open to turn off before.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import LongArray

Path = tuple[int, ...]


@dataclass(frozen=True)
class TurnRules:
    """Hold forbidden paths and follow a vehicle along them.

    Parameters
    ----------
    forbidden
        Paths of two or more directed streets that may not be driven.
    """

    forbidden: frozenset[Path]

    @cached_property
    def histories(self) -> tuple[Path, ...]:
        """Beginnings of forbidden paths, two streets at least: what must be remembered."""
        beginnings = {path[:end] for path in self.forbidden for end in range(2, len(path))}
        return tuple(sorted(beginnings))

    @cached_property
    def _remembered(self) -> frozenset[Path]:
        return frozenset(self.histories)

    @cached_property
    def pairs(self) -> frozenset[Path]:
        """Turns that are forbidden or begin something to be remembered."""
        return frozenset(path[:2] for path in self.forbidden)

    def follow(self, history: Path, way: int) -> Path | None:
        """Turn into a way; return what must be remembered then, or None where it is forbidden.

        Parameters
        ----------
        history
            Directed streets come over, the last one at least.
        way
            Directed street turned into.
        """
        path = (*history, way)
        ends = [path[start:] for start in range(len(path) - 1)]
        if any(end in self.forbidden for end in ends):
            return None
        return next((end for end in ends if end in self._remembered), (way,))


def turn_rules(
    restrictions: pd.DataFrame,
    mode: str,
    street_ids: "pd.Series[str]",
    node_of: "pd.Series[int]",
    tail: LongArray,
    is_usable: npt.NDArray[np.bool_],
) -> TurnRules:
    """Make the rules that hold for a mode from the table of turn restrictions.

    Parameters
    ----------
    restrictions
        Rows of the turn_restrictions table; those that name streets not in the network are moot.
    mode
        car or bicycle.
    street_ids
        Ids of the streets in row order.
    node_of
        Number of each node, index node_id.
    tail
        Node each directed street starts at, ``(2 * n_streets,)``.
    is_usable
        Whether the mode may use the directed street, ``(2 * n_streets,)``.
    """
    holds = ~restrictions["except_modes"].fillna("").str.split().map(lambda modes: mode in modes)
    rows = restrictions[holds.to_numpy(bool)]
    place = pd.Series(np.arange(len(street_ids)), index=street_ids.to_numpy(object))
    via = [name for text in rows["via_street_ids"].dropna() for name in text.split()]
    place = place[place.index.isin({*rows["from_street_id"], *rows["to_street_id"], *via})]
    forbidden: set[Path] = set()
    allowed: dict[Path, set[int]] = defaultdict(set)
    for kind, path in _paths(rows, place, node_of, tail):
        if not all(is_usable[list(path)]):
            continue
        if kind == "no":
            forbidden.add(path)
        else:
            allowed[path[:-1]].add(path[-1])
    crossings = list({int(tail[path[-1] ^ 1]) for path in allowed})
    leaving: dict[int, list[int]] = defaultdict(list)
    for way in np.flatnonzero(np.isin(tail, crossings) & is_usable).tolist():
        leaving[int(tail[way])].append(way)
    for path, targets in allowed.items():
        others = set(leaving[int(tail[path[-1] ^ 1])]) - targets
        forbidden |= {(*path, way) for way in others}
    return TurnRules(frozenset(forbidden))


def _paths(
    rows: pd.DataFrame, place: "pd.Series[int]", node_of: "pd.Series[int]", tail: LongArray
) -> Iterator[tuple[str, Path]]:
    """Resolve the streets each restriction names to directed streets that follow each other."""
    columns = ("kind", "from_street_id", "via_node_id", "via_street_ids", "to_street_id")
    for kind, first, node, via, last in zip(*(rows[name] for name in columns), strict=True):
        names = [first, *([] if pd.isna(via) else via.split()), last]
        if all(name in place for name in names):
            streets = [int(place[name]) for name in names]
            at = None if pd.isna(node) else node_of.get(node, -1)
            yield from ((kind, path) for path in _chains(streets, at, tail))


def _chains(streets: list[int], at: int | None, tail: LongArray) -> Iterator[Path]:
    """Follow streets end to end, from the direction of the first that leads to a node."""
    for start in (2 * streets[0], 2 * streets[0] + 1):
        if at is not None and tail[start ^ 1] != at:
            continue
        path = [start]
        for street in streets[1:]:
            node = tail[path[-1] ^ 1]
            on = [way for way in (2 * street, 2 * street + 1) if tail[way] == node]
            if not on:
                break
            path.append(on[0])
        else:
            yield tuple(path)

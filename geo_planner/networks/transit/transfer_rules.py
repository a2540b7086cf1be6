"""What transfers.txt says of changing between trips, laid over the stops of a timetable.

Most stops stay as they are. A stop at which changing obeys a rule of its own is taken apart into
places where passengers get off and places where they get on, one for the routes and trips each
rule names: a rule is then a walk between two places, and a search needs to know no rules.

The most specific rule wins, in the order of the specification: both trips, a trip and a route, a
trip, both routes, a route, stops alone; then a stop before its station, and the first row.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import IntArray, LongArray
from geo_planner.findings import Finding
from geo_planner.kernels.service import Walks
from geo_planner.networks.transit.service_days import index_in
from geo_planner.networks.transit.trip_times import NO_ALIGHTING, NO_BOARDING, Trips
from geo_planner.reasons import Reason
from geo_planner.units import CENTISECONDS_PER_S

RECOMMENDED, TIMED, MINIMUM_TIME, FORBIDDEN = 0, 1, 2, 3
MAX_PLACES = 64
_NONE = -1
_MAX_EXAMPLES = 5
_KEYS = ("from_route", "to_route", "from_trip", "to_trip")


class TransferRules(NamedTuple):
    """Hold rules between stops of a timetable, one a pair, ``(n_rules,)`` each.

    Parameters
    ----------
    from_stop, to_stop
        Stop got off at, and stop got on at.
    kind
        transfer_type of GTFS, 0 to 3.
    min_time_s
        Least time from getting off to departure [s]; -1 where none is given.
    """

    from_stop: IntArray
    to_stop: IntArray
    kind: IntArray
    min_time_s: IntArray


@dataclass(frozen=True)
class Places:
    """Say which stop each place of a timetable is, and what rules hold between places.

    Parameters
    ----------
    trips
        Calls at places; a stop taken apart is called at twice, to get off and then to get on.
    stop_idx
        Platform of each place, ``(n_places,)``; the first are the platforms themselves.
    rules
        Between places.
    findings
        Rules that are not followed.
    """

    trips: Trips
    stop_idx: LongArray
    rules: TransferRules
    findings: tuple[Finding, ...]


def lay_out_places(
    tables: Mapping[str, pd.DataFrame],
    stops: pd.DataFrame,
    trips: Trips,
    route_idx: LongArray,
) -> Places:
    """Take apart the stops that have rules of their own.

    Parameters
    ----------
    tables
        Tables of the schema: stops, trips, routes; transfers if there are any.
    stops
        Platforms, in the order that stop indices count.
    trips
        Calls of all trips.
    route_idx
        Route of each row of trips, ``(n_trip_rows,)``.
    """
    rows = tables.get("transfers")
    if rows is None or not (rows["transfer_type"] <= FORBIDDEN).any():
        nothing = np.empty(0, np.int32)
        none = TransferRules(nothing, nothing, nothing, nothing)
        return Places(trips, np.arange(len(stops)), none, ())
    spread = _spread(tables, stops, rows[rows["transfer_type"] <= FORBIDDEN])
    spread, findings = _holdable(spread)
    nodes = _Nodes(len(stops), spread, trips, route_idx)
    return Places(
        nodes.called(),
        np.array(nodes.stop, dtype=np.int64),
        nodes.rules(spread),
        findings,
    )


def _spread(
    tables: Mapping[str, pd.DataFrame], stops: pd.DataFrame, rows: pd.DataFrame
) -> pd.DataFrame:
    """Say each rule of platforms, in place of stations; the best rule comes first."""
    members = _members(tables["stops"], stops)
    named = {}
    for key in _KEYS:
        _, kind = key.split("_")
        named[key] = index_in(rows[f"{key}_id"], tables[f"{kind}s"][f"{kind}_id"])
    own = {end: index_in(rows[f"{end}_stop_id"], stops["stop_id"]) for end in ("from", "to")}
    n_trips = (named["from_trip"] >= 0).astype(int) + (named["to_trip"] >= 0)
    n_routes = (named["from_route"] >= 0).astype(int) + (named["to_route"] >= 0)
    by_stops = (own["from"] >= 0).astype(int) + (own["to"] >= 0)
    frame = pd.DataFrame(
        {
            "from_stop": [members.get(stop, ()) for stop in rows["from_stop_id"]],
            "to_stop": [members.get(stop, ()) for stop in rows["to_stop_id"]],
            "kind": rows["transfer_type"].to_numpy(dtype=np.int64),
            "min_time_s": rows["min_transfer_time_s"].to_numpy(dtype=np.int64, na_value=_NONE),
            "row": rows["transfer_id"].to_numpy(object),
            "rank": -(3 * (3 * n_trips + n_routes) + by_stops),
            **named,
        }
    )
    frame = frame.sort_values("rank", kind="stable").explode("from_stop").explode("to_stop")
    frame = frame.dropna(subset=["from_stop", "to_stop"])
    return frame.astype({"from_stop": np.int64, "to_stop": np.int64}).reset_index(drop=True)


def _members(all_stops: pd.DataFrame, stops: pd.DataFrame) -> dict[str, list[int]]:
    """List the platforms of every platform, station and platform with boarding areas."""
    parent = {}
    if "parent_station" in all_stops:
        parent = dict(zip(all_stops["stop_id"], all_stops["parent_station"], strict=True))
    members: dict[str, list[int]] = defaultdict(list)
    for number, stop_id in enumerate(stops["stop_id"]):
        place, seen = stop_id, set()
        while isinstance(place, str) and place not in seen:
            members[place].append(number)
            seen.add(place)
            place = parent.get(place)
    return members


def _holdable(spread: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Leave out rules for single trips where a stop has too many of them."""
    is_lost = np.zeros(len(spread), dtype=bool)
    for end in ("from", "to"):
        n_named = spread[spread[f"{end}_trip"] >= 0].groupby(f"{end}_stop")[f"{end}_trip"].nunique()
        crowded = n_named.index[n_named > MAX_PLACES]
        is_lost |= (spread[f"{end}_stop"].isin(crowded) & (spread[f"{end}_trip"] >= 0)).to_numpy()
    if not is_lost.any():
        return spread, ()
    lost = spread.loc[is_lost, "row"].unique()
    what = Reason("transit_rules_too_many", limit=MAX_PLACES)
    finding = Finding("transfers", "left_out", len(lost), what, tuple(lost[:_MAX_EXAMPLES]))
    return spread[~is_lost], (finding,)


class _Nodes:
    """Number the places: platforms first, then those that rules take apart."""

    def __init__(
        self, n_stops: int, spread: pd.DataFrame, trips: Trips, route_idx: LongArray
    ) -> None:
        self.stop = list(range(n_stops))
        self._trip, self._route = [_NONE] * n_stops, [_NONE] * n_stops
        self._route_idx = route_idx
        self._trips = trips
        self._row = np.repeat(trips.row, trips.n_calls)
        is_own = (spread["from_stop"] == spread["to_stop"]) & (spread["kind"] != RECOMMENDED)
        self._is_apart = np.zeros(n_stops, dtype=bool)
        self._is_apart[spread.loc[is_own, "from_stop"]] = True
        for end in ("from", "to"):
            is_named = (spread[f"{end}_route"] >= 0) | (spread[f"{end}_trip"] >= 0)
            self._is_apart[spread.loc[is_named, f"{end}_stop"]] = True
        self._default_off = np.arange(n_stops)
        self._nodes: dict[str, dict[int, list[int]]] = {"from": {}, "to": {}}
        for stop in np.flatnonzero(self._is_apart).tolist():
            self._default_off[stop] = self._new(stop, _NONE, _NONE)
            self._nodes["from"][stop] = [int(self._default_off[stop])]
            self._nodes["to"][stop] = [stop]
        self._named = {
            (end, owner): self._name(spread, end, owner)
            for end in ("from", "to")
            for owner in ("route", "trip")
        }

    def _new(self, stop: int, trip: int, route: int) -> int:
        self.stop.append(stop)
        self._trip.append(trip)
        self._route.append(route)
        return len(self.stop) - 1

    def _owner(self, owner: str) -> LongArray:
        """Give the route or the trip of each call."""
        return self._route_idx[self._row] if owner == "route" else self._row

    def _name(self, spread: pd.DataFrame, end: str, owner: str) -> tuple[LongArray, LongArray]:
        """Make a place for each route or trip that rules name at a stop it calls at."""
        named = spread[spread[f"{end}_{owner}"] >= 0]
        at, number = (named[f"{end}_{name}"].to_numpy(dtype=np.int64) for name in ("stop", owner))
        wanted = at << 32 | number
        is_apart = self._is_apart[self._trips.stop_idx]
        called = self._trips.stop_idx[is_apart] << 32 | self._owner(owner)[is_apart]
        keys = np.intersect1d(wanted, called)
        nodes = []
        for stop, number in zip((keys >> 32).tolist(), (keys & 0xFFFFFFFF).tolist(), strict=True):
            trip = number if owner == "trip" else _NONE
            route = number if owner == "route" else int(self._route_idx[number])
            nodes.append(self._new(stop, trip, route))
            self._nodes[end][stop].append(nodes[-1])
        return keys, np.array(nodes, dtype=np.int64)

    def called(self) -> Trips:
        """Let trips call at places: to get off first, then to get on."""
        trips = self._trips
        is_apart = self._is_apart[trips.stop_idx]
        is_first, is_last = np.zeros((2, len(is_apart)), dtype=bool)
        is_first[trips.ptr[:-1]] = True
        is_last[trips.ptr[1:] - 1] = True
        times = 1 + (is_apart & ~is_first & ~is_last)
        call = np.repeat(np.arange(len(times)), times)
        is_second = np.append(False, call[1:] == call[:-1])[: len(call)]
        is_on = is_second | (is_apart & is_first)[call]
        is_off = is_apart[call] & ~is_on
        ban = np.where(is_on, NO_ALIGHTING, 0) + np.where(is_off, NO_BOARDING, 0)
        off = self._nodes_of("from", self._default_off[trips.stop_idx])
        on = self._nodes_of("to", trips.stop_idx)
        return Trips(
            row=trips.row,
            ptr=np.append(0, np.cumsum(times))[trips.ptr],
            stop_idx=np.where(is_off, off[call], on[call]),
            rules=trips.rules[call] | ban,
            arrival_cs=np.where(is_on, trips.departure_cs[call], trips.arrival_cs[call]),
            departure_cs=np.where(is_off, trips.arrival_cs[call], trips.departure_cs[call]),
        )

    def _nodes_of(self, end: str, default: LongArray) -> LongArray:
        """Choose the place of each call: that of its trip, of its route, or the common one."""
        nodes = default.copy()
        for owner in ("route", "trip"):
            keys, values = self._named[end, owner]
            if len(keys):
                wanted = self._trips.stop_idx << 32 | self._owner(owner)
                place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
                nodes = np.where(keys[place] == wanted, values[place], nodes)
        return nodes

    def rules(self, spread: pd.DataFrame) -> TransferRules:
        """Say the rules of places; of several for one pair, the first given."""
        found: dict[tuple[int, int], tuple[int, int]] = {}
        names = ["from_stop", "to_stop", *_KEYS, "kind", "min_time_s"]
        for rule in spread[names].itertuples(index=False):
            offs = self._matching("from", rule.from_stop, rule.from_route, rule.from_trip)
            ons = self._matching("to", rule.to_stop, rule.to_route, rule.to_trip)
            for off in offs:
                for on in ons:
                    found.setdefault((off, on), (rule.kind, rule.min_time_s))
        # staying at a stop that is whole is no rule
        rules = [(*pair, *what) for pair, what in found.items() if pair[0] != pair[1]]
        columns = np.array(rules, dtype=np.int32).reshape(-1, 4).T
        return TransferRules(*(np.ascontiguousarray(column) for column in columns))

    def _matching(self, end: str, stop: int, route: int, trip: int) -> list[int]:
        return [
            node
            for node in self._nodes[end].get(stop, [stop])
            if route in {_NONE, self._route[node]} and trip in {_NONE, self._trip[node]}
        ]


def ruled_walks(
    walks: Walks, stop_idx: LongArray, rules: TransferRules, slack_cs: int
) -> tuple[Walks, tuple[Finding, ...]]:
    """Turn walks between places into transfers that follow the rules.

    Parameters
    ----------
    walks
        Walks from each place to others, ``(n_places,)`` rows [cs].
    stop_idx
        Platform of each place; getting off and on at one platform takes no walk.
    rules
        Between places.
    slack_cs
        What a search adds to every transfer [cs].

    Returns
    -------
    tuple
        Transfers with costs less the slack, so that cost plus slack is the least time from getting
        off to departure: the walk and the slack (types 0), the walk alone (1), the walk and
        the slack but no less than the minimum time (2); and findings.

    Notes
    -----
    A minimum time includes time for delays, as the specification has it: the slack is not added to
    it. A rule between stops without a walk between them holds with its minimum time; without one
    it is left out, since the way is not known.
    """
    n_places = len(stop_idx)
    source = np.repeat(np.arange(n_places, dtype=np.int64), np.diff(walks.ptr))
    key, cost = _with_stays(source * n_places + walks.stop, walks.cost_cs, stop_idx)
    ruled = rules.from_stop.astype(np.int64) * n_places + rules.to_stop
    place = np.minimum(np.searchsorted(key, ruled), max(len(key) - 1, 0))
    has_walk = key[place] == ruled if len(key) else np.zeros(len(ruled), dtype=bool)
    walk = np.where(has_walk, cost[place] if len(key) else 0, 0)
    least = rules.min_time_s.astype(np.int64) * CENTISECONDS_PER_S
    spent = walk + np.where(rules.kind == TIMED, 0, slack_cs)
    spent = np.where(rules.kind == MINIMUM_TIME, np.maximum(spent, least), spent)
    spent = np.where(has_walk, spent, least)
    is_way = rules.kind != FORBIDDEN
    is_known = has_walk | (rules.min_time_s >= 0)
    chosen = is_way & is_known
    stays = ~np.isin(key, ruled)
    key = np.concatenate([key[stays], ruled[chosen]])
    cost = np.concatenate([cost[stays], spent[chosen] - slack_cs])
    order = np.argsort(key)
    row, stop = np.divmod(key[order], n_places)
    ptr = np.append(0, np.cumsum(np.bincount(row, minlength=n_places)))
    n_lost = int((is_way & ~is_known).sum())
    what = Reason("transit_transfers_no_walk")
    return (
        Walks(ptr.astype(np.int32), stop.astype(np.int32), cost[order].astype(np.int32)),
        (Finding("transfers", "left_out", n_lost, what),) if n_lost else (),
    )


def _with_stays(
    key: LongArray, cost: npt.NDArray[np.integer], stop_idx: LongArray
) -> tuple[LongArray, LongArray]:
    """Add the change from each place to the others of its platform, which takes no walk."""
    n_places = len(stop_idx)
    order = np.argsort(stop_idx, kind="stable")
    first, count = np.unique(stop_idx[order], return_index=True, return_counts=True)[1:]
    pairs = [np.empty(0, np.int64)]
    for start, size in zip(first[count > 1], count[count > 1], strict=True):
        group = order[start : start + size]
        here, there = (part.ravel() for part in np.meshgrid(group, group))
        pairs.append((here * n_places + there)[here != there])
    stays = np.concatenate(pairs)
    is_other = ~np.isin(key, stays)
    keys = np.concatenate([key[is_other], stays])
    costs = np.concatenate([cost[is_other], np.zeros(len(stays))]).astype(np.int64)
    order = np.argsort(keys)
    return keys[order], costs[order]

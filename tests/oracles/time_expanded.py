"""A slow, plain search of one departure, straight from feed tables; it shares no library code.

It has its own calendar, its own filling of blank times, its own frequencies, its own rules of
transfers and its own way of staying seated; it knows neither patterns nor lanes. States are (stop,
rides ridden); a heap yields them in order of time. Where transfers obey rules it goes ride by
ride instead and tries every change there is.
"""

import bisect
import datetime as dt
import heapq
import itertools
import math
from collections import defaultdict
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pandas as pd
from pyproj import Transformer

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EARTH_RADIUS_M = 6_371_008.8


@dataclass
class Vehicle:
    """One vehicle on its way: (stop, arrival, departure, may board, may alight) by call [cs]."""

    trip_id: str
    calls: list[tuple[str, int, int, bool, bool]]
    onward: list["Vehicle"] = field(default_factory=list)
    is_repeated: bool = False

    def later_calls(self, before=()):
        """Give what follows for who stays seated at the end; no vehicle comes twice."""
        before = (*before, id(self))
        for vehicle in self.onward:
            if id(vehicle) not in before:
                yield from ((vehicle, call) for call in vehicle.calls[1:])
                yield from vehicle.later_calls(before)


@dataclass
class Day:
    """All vehicles around a day, and departures sorted by stop."""

    vehicles: list[Vehicle]
    departures: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)

    def __post_init__(self):
        found = defaultdict(list)
        for number, vehicle in enumerate(self.vehicles):
            for place, (stop, _, departure, may_board, _) in enumerate(vehicle.calls[:-1]):
                if may_board:
                    found[stop].append((departure, number, place))
        self.departures = {stop: sorted(rows) for stop, rows in found.items()}

    def leaving(self, stop, time, latest):
        """Give the vehicles and calls that can be boarded at a stop from a time on."""
        rows = self.departures.get(stop, [])
        for index in range(bisect.bisect_left(rows, (time,)), len(rows)):
            departure, number, place = rows[index]
            if departure > latest:
                return
            yield number, place


def runs_on(tables, service_id, date) -> bool:
    """Tell whether a service runs on a date."""
    text = date.strftime("%Y-%m-%d")
    for row in tables["calendar_dates"].itertuples():
        if row.service_id == service_id and row.date == text:
            return row.exception_type == 1
    for row in tables["calendar"].itertuples():
        if row.service_id == service_id and row.start_date <= text <= row.end_date:
            return bool(getattr(row, DAY_NAMES[date.weekday()]))
    return False


def noon_less_twelve(date, timezone) -> int:
    """Seconds since 1970 of the moment a service day counts from."""
    noon = dt.datetime(date.year, date.month, date.day, 12, tzinfo=ZoneInfo(timezone))
    return int(noon.timestamp()) - 12 * 3600


def read_day(tables, day, *, days_before=2, days_after=1) -> Day:
    """Send every vehicle of a few service days on its way."""
    zones = dict(zip(tables["feeds"]["feed"], tables["feeds"]["timezone"], strict=True))
    start = noon_less_twelve(day, next(iter(zones.values())))
    templates = _templates(tables)
    repeats = defaultdict(list)
    for row in tables["frequencies"].itertuples():
        repeats[row.trip_id].append((row.start_time_s, row.end_time_s, row.headway_s))
    vehicles = []
    for offset in range(-days_before, days_after + 1):
        date = day + dt.timedelta(days=offset)
        running = {
            service: runs_on(tables, service, date)
            for service in set(tables["trips"]["service_id"])
        }
        today = []
        for trip in tables["trips"].itertuples():
            calls = templates.get(trip.trip_id)
            if calls is None or not running[trip.service_id]:
                continue
            shift_s = noon_less_twelve(date, zones[trip.feed]) - start
            shifts = [shift_s]
            if trip.trip_id in repeats:
                first_s = calls[0][2] // 100
                shifts = [
                    shift_s + departure_s - first_s
                    for begin_s, end_s, headway_s in repeats[trip.trip_id]
                    for departure_s in range(begin_s, end_s, headway_s)
                ]
            sent = [_sent(trip.trip_id, calls, 100 * shift) for shift in shifts]
            for vehicle in sent:
                vehicle.is_repeated = trip.trip_id in repeats
            today += sent
        _join(tables, today)
        vehicles += today
    return Day(vehicles)


def _sent(trip_id, calls, shift_cs) -> Vehicle:
    return Vehicle(
        trip_id,
        [(stop, on + shift_cs, off + shift_cs, *rules) for stop, on, off, *rules in calls],
    )


def _join(tables, vehicles) -> None:
    """Let the vehicles of one service day go on as others: by hand, or as their block says."""
    transfers = tables.get("transfers")
    rows = [] if transfers is None else list(transfers.itertuples())
    stay = {(r.from_trip_id, r.to_trip_id) for r in rows if r.transfer_type == 4}
    part = {(r.from_trip_id, r.to_trip_id) for r in rows if r.transfer_type == 5}
    single = [vehicle for vehicle in vehicles if not vehicle.is_repeated]
    for one, other in itertools.product(single, single):
        if (one.trip_id, other.trip_id) in stay and one.calls[-1][1] <= other.calls[0][2]:
            one.onward.append(other)
    trips = tables["trips"]
    blocks = dict(zip(trips["trip_id"], trips.get("block_id", [None] * len(trips)), strict=True))
    for block in {name for name in blocks.values() if isinstance(name, str)}:
        row = [vehicle for vehicle in single if blocks[vehicle.trip_id] == block]
        row.sort(key=lambda vehicle: vehicle.calls[0][2])
        for one, other in itertools.pairwise(row):
            if one.trip_id in {pair[0] for pair in stay} or (one.trip_id, other.trip_id) in part:
                continue
            (last, end, *_), (first, _, start, *_) = one.calls[-1], other.calls[0]
            if last == first and end <= start:
                one.onward.append(other)


def _templates(tables) -> dict[str, list[tuple[str, int, int, bool, bool]]]:
    """Fill in blank times trip by trip; trips without a first or last time are missing."""
    stops = tables["stops"]
    to_degrees = Transformer.from_crs(stops.crs, "EPSG:4326", always_xy=True)
    places = {
        stop_id: None if point is None else to_degrees.transform(point.x, point.y)
        for stop_id, point in zip(stops["stop_id"], stops.geometry, strict=True)
    }
    by_trip = defaultdict(list)
    for row in tables["stop_times"].itertuples():
        by_trip[row.trip_id].append(row)
    templates = {}
    for trip_id, rows in by_trip.items():
        rows.sort(key=lambda row: row.stop_sequence)
        times = [_both(row.arrival_time_s, row.departure_time_s) for row in rows]
        if times[0] is None or times[-1] is None:
            continue
        _fill(times, [places[row.stop_id] for row in rows])
        templates[trip_id] = [
            (
                row.stop_id,
                arrival,
                departure,
                row.pickup_type not in (1, 2),
                row.drop_off_type not in (1, 2),
            )
            for row, (arrival, departure) in zip(rows, times, strict=True)
        ]
    return templates


def _both(arrival_s, departure_s):
    known = [value for value in (arrival_s, departure_s) if not pd.isna(value)]
    return (100 * int(known[0]), 100 * int(known[-1])) if known else None


def _fill(times, places) -> None:
    """Share out the time between known calls by the way between the stops [cs]."""
    known = [number for number, time in enumerate(times) if time is not None]
    if len(known) == len(times):
        return
    places = _without_gaps(places)
    for before, after in itertools.pairwise(known):
        way = [_distance_mm(places[i], places[i + 1]) for i in range(before, after)]
        if sum(way) == 0:
            way = [1] * len(way)
        span = times[after][0] - times[before][1]
        for number in range(before + 1, after):
            exact = span * sum(way[: number - before])
            late = (2 * exact + sum(way)) // (2 * sum(way))
            times[number] = (times[before][1] + late,) * 2


def _without_gaps(places):
    known = [number for number, place in enumerate(places) if place is not None]
    filled = []
    for number, place in enumerate(places):
        left = max((k for k in known if k <= number), default=None)
        right = min((k for k in known if k >= number), default=None)
        if place is not None or not known:
            filled.append(place or (0.0, 0.0))
        elif left is None or right is None:
            filled.append(places[right if left is None else left])
        else:
            share = (number - left) / (right - left)
            filled.append(
                tuple(a + (b - a) * share for a, b in zip(places[left], places[right], strict=True))
            )
    return filled


def _distance_mm(here, there) -> int:
    """Great-circle distance by the arc tangent, in whole millimetres."""
    (lon1, lat1), (lon2, lat2) = ((math.radians(x), math.radians(y)) for x, y in (here, there))
    across = math.cos(lat2) * math.sin(lon2 - lon1)
    up = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(lon2 - lon1)
    along = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(
        lon2 - lon1
    )
    return round(1000 * EARTH_RADIUS_M * math.atan2(math.hypot(across, up), along))


def earliest_alightings(
    day: Day,
    departure_cs: int,
    access: dict[str, int],
    transfers: dict[str, list[tuple[str, int]]],
    *,
    board_wait_cs: int,
    transfer_slack_cs: int,
    max_rides: int,
    max_time_cs: int,
) -> dict[str, int]:
    """Find the earliest alighting at each stop over journeys of 1 to max_rides rides [cs]."""
    latest = departure_cs + max_time_cs
    heap = _starts(departure_cs, access, board_wait_cs, latest)
    fewest = {}  # per stop: fewest rides it was ready with, so far in time
    first_call = {}  # per vehicle and rides: the earliest call it was boarded at
    alighted = {}
    best = {}
    while heap:
        time, rides, stop = heapq.heappop(heap)
        # whoever was ready here earlier with no more rides can do all that follows
        if fewest.get(stop, max_rides) <= rides:
            continue
        fewest[stop] = rides
        for number, place in day.leaving(stop, time, latest):
            calls = day.vehicles[number].calls
            end = first_call.get((number, rides), len(calls) - 1)
            if place >= end:
                continue
            is_new = (number, rides) not in first_call
            beyond = day.vehicles[number].later_calls() if is_new else ()
            ridden = [*calls[place + 1 : end + 1], *(call for _, call in beyond)]
            first_call[number, rides] = place
            # from the call it was boarded at before, all that follows is known
            for there, arrival in _alightings(ridden, latest):
                best[there] = min(best.get(there, arrival), arrival)
                # who got off here earlier with as many rides can do all that follows
                if alighted.get((there, rides), latest + 1) <= arrival:
                    continue
                alighted[there, rides] = arrival
                for onward, ready in _onward(transfers, there, arrival, latest):
                    heapq.heappush(heap, (ready + transfer_slack_cs, rides + 1, onward))
    return best


def _starts(departure_cs, access, board_wait_cs, latest):
    heap = [
        (departure_cs + cost + board_wait_cs, 0, stop)
        for stop, cost in access.items()
        if departure_cs + cost <= latest
    ]
    heapq.heapify(heap)
    return heap


def _alightings(calls, latest):
    return [(stop, time) for stop, time, _, _, may_alight in calls if may_alight and time <= latest]


def _onward(transfers, stop, arrival, latest):
    reached = [(stop, arrival), *((to, arrival + walk) for to, walk in transfers.get(stop, []))]
    return [(to, time) for to, time in reached if time <= latest]


class Rules:
    """Say how long a change between two trips takes at least, as transfers.txt has it."""

    def __init__(self, tables, walks: dict[str, list[tuple[str, int]]], slack_cs: int):
        self._rows = [r for r in tables["transfers"].itertuples() if r.transfer_type <= 3]
        self._parents = dict(
            zip(
                tables["stops"]["stop_id"],
                tables["stops"].get("parent_station", [None] * len(tables["stops"])),
                strict=True,
            )
        )
        self._routes = dict(
            zip(tables["trips"]["trip_id"], tables["trips"]["route_id"], strict=True)
        )
        self._walks = {(here, to): cost for here, row in walks.items() for to, cost in row}
        self._slack = slack_cs
        self._known = {}

    def change_cs(self, off: str, from_trip: str, on: str, to_trip: str) -> int | None:
        """Least time from getting off to departure [cs]; None: no one may change so."""
        key = (off, from_trip, on, to_trip)
        if key not in self._known:
            self._known[key] = self._look_up(*key)
        return self._known[key]

    def _look_up(self, off, from_trip, on, to_trip):
        walk = 0 if off == on else self._walks.get((off, on))
        rule = None
        for row in self._rows:
            worth = self._worth(row, off, from_trip, on, to_trip)
            if worth is not None and (rule is None or worth > rule[0]):
                rule = (worth, row)
        if rule is None:
            return None if walk is None else walk + self._slack
        row = rule[1]
        least = None if pd.isna(row.min_transfer_time_s) else 100 * int(row.min_transfer_time_s)
        if row.transfer_type == 3:
            return None
        if walk is None:
            return least
        if row.transfer_type == 1:
            return walk
        if row.transfer_type == 2 and least is not None:
            return max(walk + self._slack, least)
        return walk + self._slack

    def _worth(self, row, off, from_trip, on, to_trip):
        """Say how specific a row is for a change; None where it does not speak of it."""
        worth = 0
        for named_stop, named_route, named_trip, stop, trip in (
            (row.from_stop_id, row.from_route_id, row.from_trip_id, off, from_trip),
            (row.to_stop_id, row.to_route_id, row.to_trip_id, on, to_trip),
        ):
            if named_stop != stop and named_stop != self._parents[stop]:
                return None
            if isinstance(named_trip, str):
                worth += 100
                if named_trip != trip:
                    return None
            if isinstance(named_route, str):
                worth += 10
                if named_route != self._routes[trip]:
                    return None
            worth += named_stop == stop
        return worth


def earliest_alightings_by_rules(
    day: Day,
    departure_cs: int,
    access: dict[str, int],
    rules: Rules,
    *,
    board_wait_cs: int,
    max_rides: int,
    max_time_cs: int,
) -> dict[str, int]:
    """Find the earliest alighting at each stop, trying every change between two trips [cs]."""
    latest = departure_cs + max_time_cs
    ready = {
        stop: departure_cs + cost + board_wait_cs
        for stop, cost in access.items()
        if cost <= max_time_cs
    }
    best = {}
    got_off = None
    for _ in range(max_rides):
        events = {}
        for vehicle in day.vehicles:
            place = _first_call(vehicle, ready, got_off, rules, latest)
            if place is None:
                continue
            ridden = [(vehicle, call) for call in vehicle.calls[place + 1 :]]
            for carrier, call in itertools.chain(ridden, vehicle.later_calls()):
                for there, arrival in _alightings([call], latest):
                    key = (there, carrier.trip_id)
                    events[key] = min(events.get(key, arrival), arrival)
                    best[there] = min(best.get(there, arrival), arrival)
        got_off = events
    return best


def _first_call(vehicle, ready, got_off, rules, latest) -> int | None:
    """Find the first call a vehicle can be got on at, in the first ride or after a change."""
    for place, (stop, _, departure, may_board, _) in enumerate(vehicle.calls[:-1]):
        if not may_board or departure > latest:
            continue
        if got_off is None:
            is_there = ready.get(stop, departure + 1) <= departure
        else:
            is_there = _can_change(rules, got_off, stop, vehicle.trip_id, departure)
        if is_there:
            return place
    return None


def _can_change(rules, got_off, stop, trip_id, departure) -> bool:
    for (there, from_trip), arrival in got_off.items():
        if arrival <= departure:
            change = rules.change_cs(there, from_trip, stop, trip_id)
            if change is not None and arrival + change <= departure:
                return True
    return False

"""Our search with walks of one's choice: ours, or those that cafein found.

Walks hold for the same stops and points in both; all costs are int32 centiseconds, ``UNREACHED``
where there is no walk. No journey is too long.
"""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.transit_town import TRAVEL, hexagons
from geo_planner.kernels import raptor, window
from geo_planner.kernels.service import Walks
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.walk_reduction import reduce_access, reduce_egress, reduce_transfers
from geo_planner.travel_time.matrix import seconds
from geo_planner.travel_time.stop_ways import Ends, WaySearch
from geo_planner.travel_time.transit import TransitRouter
from geo_planner.units import CENTISECONDS_PER_S

NO_LIMIT_MIN = 600


@dataclass(frozen=True)
class OnFoot:
    """Hold all walks: between stops; points by stops, before and after rides; origins by points."""

    between: Walks
    access: np.ndarray
    egress: np.ndarray
    direct: np.ndarray

    def walked_on(self, every):
        """Let people walk on at a stop: after a ride to another and from there, without one there.

        Each of the walks keeps its limit; together they may be longer. Origins are each so-many-th
        point.
        """
        left = np.repeat(np.arange(self.egress.shape[1]), np.diff(self.between.ptr))
        egress = self.egress.astype(np.int64)
        for row, known in zip(egress, self.egress, strict=True):
            ways = np.flatnonzero(known[self.between.stop] < UNREACHED)
            through = known[self.between.stop[ways]] + self.between.cost_cs[ways].astype(np.int64)
            np.minimum.at(row, left[ways], through)
        direct = [
            np.minimum(row, (known[near] + self.egress[:, near]).min(axis=1, initial=UNREACHED))
            for row, known in zip(self.direct, self.access[::every].astype(np.int64), strict=True)
            for near in [np.flatnonzero(known < UNREACHED)]
        ]
        return replace(
            self, egress=egress.astype(np.int32), direct=np.array(direct).astype(np.int32)
        )


class Search:
    """Search every minute of an hour, from each so-many-th hexagon to all."""

    def __init__(self, region, every):
        self.router = TransitRouter(
            region, TRAVEL.model_copy(update={"window_min": 60, "max_time_min": NO_LIMIT_MIN})
        )
        self.every = every
        ids = self.router.network.timetable.stop_ids.tolist()
        self.place = {stop_id: number for number, stop_id in enumerate(ids)}
        ways, stops = self.router.ways, self.router.network.stop_points
        snapped = self.router.snap_origins(hexagons(region))
        ends = Ends(snapped, ways.to_stops[0].streets, region.crs)
        starts = replace(ends, snapped=snapped.part(slice(None, None, every)))
        self.walks = OnFoot(
            self.router.service.transfers,
            _whole([way.to_stops(ends, stops) for way in ways.to_stops], len(ends)),
            _whole([way.from_stops(ends, stops) for way in ways.from_stops], len(ends)),
            _whole(
                [way.direct(starts, ends, is_reversed=False) for way in ways.direct], len(starts)
            ),
        )

    def cafeins(self, found):
        """Put cafein's walks [s] in the place of ours."""
        n_stops = len(self.place)
        # feeds are numbered from 0 there and from 1 here
        numbers = [
            self.place[f"{int(feed) + 1}:{name}"]
            for feed, name in (stop_id.split(":", 1) for stop_id in found["stop_ids"].tolist())
        ]
        stop = np.array(numbers)
        near = np.full((len(self.walks.access), n_stops), UNREACHED, np.int32)
        near[found["point"], stop[found["near_stop"]]] = found["near_s"] * CENTISECONDS_PER_S
        left, to = stop[found["left"]], stop[found["to"]]
        order = np.flatnonzero(left != to)
        order = order[np.argsort(left[order], kind="stable")]
        counts = np.bincount(left[order], minlength=n_stops)
        between = Walks(
            np.append(0, np.cumsum(counts)).astype(np.int32),
            to[order].astype(np.int32),
            (found["between_s"][order] * CENTISECONDS_PER_S).astype(np.int32),
        )
        known = found["direct_s"] < UNREACHED
        direct = np.where(known, found["direct_s"] * CENTISECONDS_PER_S, UNREACHED)
        return OnFoot(between, near, near, direct.astype(np.int32))

    def ranked(self, walks, rank, limit_min=NO_LIMIT_MIN):
        """Give the time of a rank, from 0, among the hour's minutes [s], origins by points."""
        service = reduce_transfers(self.router.service.with_transfers(walks.between))
        access = reduce_access(service, _listed(walks.access[:: self.every]))
        egress = reduce_egress([service], _listed(walks.egress))
        lanes = self.router.window.lanes_cs
        labels, best = raptor.range_workspace(service, len(lanes))
        every_point = np.arange(walks.direct.shape[1], dtype=np.int32)
        travel = np.empty((len(every_point), 1, len(lanes)), np.int32)
        out = np.empty((*walks.direct.shape, 1), np.int32)
        none, rides = np.int32(0), np.int32(TRAVEL.max_rides)
        limit_cs = np.int32(limit_min * 60 * CENTISECONDS_PER_S)
        for row, direct in enumerate(walks.direct):
            part = slice(access.ptr[row], access.ptr[row + 1])
            raptor.range_search(
                service, access.stop[part], access.cost_cs[part], lanes, none, none, rides,
                limit_cs, labels, best,
            )  # fmt: skip
            window.egress(best, lanes, *egress, every_point, direct, limit_cs, 0, travel)
            window.percentiles(travel[:, 0], np.array([rank], np.int32), out[row])
        return seconds(out[:, :, 0])


def _whole(choices, n_rows):
    search = WaySearch(choices)
    found = search(slice(0, n_rows), search.workspace())
    out = np.full((n_rows, search.n_columns), UNREACHED)
    out[np.repeat(np.arange(n_rows), np.diff(found.ptr)), found.stop] = found.cost_cs
    return out


def _listed(costs_cs):
    row, stop = np.nonzero(costs_cs < UNREACHED)
    ptr = np.append(0, np.cumsum(np.bincount(row, minlength=len(costs_cs))))
    return Walks(ptr.astype(np.int32), stop.astype(np.int32), costs_cs[row, stop])

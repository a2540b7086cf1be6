"""At which stops cars can be parked, by a rule on what calls there: feeds do not say it."""

import numpy as np
import numpy.typing as npt

from geo_planner.findings import Finding
from geo_planner.networks.transit.timetable import Timetable
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason


def stops_with_parking(timetable: Timetable) -> tuple[npt.NDArray[np.bool_], Finding]:
    """Tell at which stops of a timetable cars can be parked, ``(n_stops,)``, and how it is so."""
    route_type = timetable.route_types[timetable.pattern_route_idx]
    has_parking = np.zeros(timetable.n_patterns, bool)
    for row in packaged_rows("park_and_ride"):
        first, last = int(row["first_route_type"]), int(row["last_route_type"])
        has_parking |= (route_type >= first) & (route_type <= last)
    calls = np.repeat(has_parking, np.diff(timetable.pattern_stop_ptr))
    is_open = np.zeros(timetable.n_stops, bool)
    is_open[timetable.pattern_stop_idx[calls]] = True
    what = Reason("transit_parking_assumed")
    return is_open, Finding("stops", "warning", int(is_open.sum()), what)

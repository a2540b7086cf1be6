"""Lines that no timetable tells of: run times by arithmetic, services from drawn tracks."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.config import AssumedLine, Study
from geo_planner.errors import InputError
from geo_planner.networks.transit.timetable import build_timetable
from geo_planner.region.build import build_region
from geo_planner.sources.assumed_lines import assume_line
from geo_planner.sources.osm import read_osm
from geo_planner.sources.run_times import run_times
from geo_planner.words.english import english
from tests.sources.osm.osm_drawing import METRIC, Drawing
from tests.sources.osm.test_rail import STOP, TRACK

PLAN = AssumedLine(line="A", headway_min=20, max_speed_kmh=72, dwell_s=30)
BRAKING = {"acceleration_mps2": 1.0, "deceleration_mps2": 0.8}


def railway(*stops, **tags) -> Drawing:
    """Draw 3 km of track with stops at 0, 1, 2 and 3 km, and line A over some of them."""
    drawing = Drawing().node(901, 0, 500).node(902, 100, 500).way(900, [901, 902])
    for km in range(4):
        drawing.node(km + 1, 1000 * km, 0, name=f"Stop {km}", **STOP)
    slow = TRACK | {"maxspeed": "36"}
    drawing.way(10, [1, 2, 3], TRACK).way(20, [3, 4], slow)
    members = [("node", number, "stop") for number in stops or (1, 2, 3, 4)]
    line = {"type": "route", "route": "train", "ref": "A", "name": "Line A", **tags}
    return drawing.relation(5, [*members, ("way", 10, ""), ("way", 20, "")], line)


def tables_of(folder, drawing):
    return read_osm(drawing.write(folder), METRIC).tables


def test_a_hop_takes_its_length_at_the_limit_and_the_time_lost_in_speeding_up_and_braking():
    times = run_times([1000, 1000], [20, 10], dwell_s=30, **BRAKING)
    assert times.arrival_s.tolist() == [0, 72.5, 72.5 + 30 + 100 + 5 + 6.25]
    assert times.departure_s.tolist() == [0, 102.5, 72.5 + 30 + 100 + 5 + 6.25]


def test_a_hop_too_short_for_the_limit_is_run_up_and_braked_at_once():
    times = run_times([100], 40, acceleration_mps2=2, deceleration_mps2=2, dwell_s=0)
    peak = np.sqrt(2 * 100 * 2 * 2 / 4)
    assert times.arrival_s[-1] == pytest.approx(2 * peak / 2)


@given(
    distance=st.floats(1, 1e5), speed=st.floats(1, 80), more=st.floats(1, 2),
    up=st.floats(0.1, 3), down=st.floats(0.1, 3),
)  # fmt: skip
def test_more_speed_or_acceleration_is_never_slower_and_more_way_never_quicker(
    distance, speed, more, up, down
):
    def of(way, limit, faster=1.0):
        times = run_times(
            [way], limit, acceleration_mps2=up * faster, deceleration_mps2=down, dwell_s=0
        )
        return times.arrival_s[-1]

    plain = of(distance, speed)
    assert plain >= distance / speed
    slack = 1 + 1e-9
    assert of(distance, speed * more) <= plain * slack
    assert of(distance, speed, more) <= plain * slack
    assert of(distance * more, speed) * slack >= plain


def test_a_line_becomes_a_service_there_and_back_marked_as_assumed(tmp_path):
    made = assume_line(PLAN, tables_of(tmp_path, railway()), "x", "Europe/Copenhagen")
    calls = made.tables["stop_times"]
    there = calls[calls["trip_id"] == "x:A:0"]
    assert there["stop_id"].tolist() == ["x:n1", "x:n2", "x:n3", "x:n4"]
    # 1 km at 72 km/h twice, then 1 km at the track's 36 km/h
    expected = np.array([0, 72.5, 72.5 + 30 + 72.5, 72.5 + 30 + 72.5 + 30 + 111.25])
    assert np.abs(there["arrival_time_s"].to_numpy(float) - expected).max() <= 1
    back = calls[calls["trip_id"] == "x:A:1"]
    assert back["stop_id"].tolist() == ["x:n4", "x:n3", "x:n2", "x:n1"]
    assert made.tables["stops"]["stop_name"].tolist() == [f"Stop {km}" for km in range(4)]
    assert made.tables["frequencies"]["headway_s"].tolist() == [1200, 1200]
    assert made.tables["frequencies"]["exact_times"].tolist() == [0, 0]
    assert made.tables["routes"]["route_long_name"].tolist() == ["Line A (assumed)"]
    assert made.tables["feeds"]["publisher_name"].tolist() == ["assumed, no timetable"]
    (finding,) = made.findings
    assert finding.kind == "warning"
    assert "a vehicle every 20 min is assumed" in english(finding.what)


def test_a_line_that_is_not_there_or_has_no_tracks_is_refused_by_name(tmp_path):
    tables = tables_of(tmp_path, railway())
    with pytest.raises(InputError, match="no line 'Z' in the table lines: choose from A"):
        assume_line(PLAN.model_copy(update={"line": "Z"}), tables, "x", "UTC")
    cut = {**tables, "rails": tables["rails"][tables["rails"]["osm_way_id"] == "w10"]}
    with pytest.raises(InputError, match="no track within 150 m of stations"):
        assume_line(PLAN, cut, "x", "UTC")
    apart = tables["rails"].copy()
    apart.loc[apart["osm_way_id"] == "w20", ["from_node", "to_node"]] = ["p", "q"]
    with pytest.raises(InputError, match="no tracks join stations"):
        assume_line(PLAN, {**tables, "rails": apart}, "x", "UTC")


def test_a_study_with_an_assumed_line_has_a_timetable(tmp_path):
    study = Study.model_validate(
        {
            "study": {"id": "t", "name": "T", "crs": "EPSG:25832", "timezone": "Europe/Copenhagen"},
            "sources": {
                "osm": [{"path": railway().write(tmp_path)}],
                "assumed_lines": [{"line": "A", "headway_min": 10}],
            },
        }
    )
    region = build_region(study, tmp_path / "region")
    tables = {name: region.table(name) for name in (
        "feeds", "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates",
        "frequencies", "transfers",
    )}  # fmt: skip
    timetable = build_timetable(tables, dt.date(2026, 3, 10), until_s=86_399)
    # every 10 min from 05:00 to 23:50, both ways, each of the two days that touch the window
    assert (timetable.trip_day_offset == 0).sum() == 2 * 114
    assert any("is assumed" in english(finding.what) for finding in region.findings)
    assert region.tables["trips"].sources[0]["assumed"]["headway_min"] == 10
    without = study.model_copy(update={"study": study.study.model_copy(update={"timezone": None})})
    with pytest.raises(InputError) as caught:
        build_region(without, tmp_path / "other")
    assert "state timezone under [study]" in str(caught.value)

"""Days, draws and entrances through the whole chain: a grid town with one line by frequency."""

from datetime import date, datetime, time

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.config import Study, Travel
from geo_planner.networks.transit.network import on_a_day, typical_day
from geo_planner.region.build import build_region
from geo_planner.travel_time import travel_times
from geo_planner.travel_time.transit_use import transit_use
from geo_planner.words.english import english
from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import grid_town, points
from tests.worlds import WORLD_DAY, WORLD_ORIGIN_M, calls, write_gtfs

NORTH_M = ORIGIN_M[1] - WORLD_ORIGIN_M[1]
STOPS = {"west": (0.0, NORTH_M), "east": (1000.0, NORTH_M)}
PLAIN = {"walk_speed_kmh": 3.6, "board_wait_s": 0, "depart": f"{WORLD_DAY}T08:00", "window_min": 20}


def build(folder, **files):
    """Build the town with a line of one minute, every 20 min from 6 to 20 o'clock."""
    folder.mkdir(parents=True, exist_ok=True)
    feed = write_gtfs(
        folder / "feed",
        stops=STOPS,
        stop_times=calls("t", ("west", 0), ("east", 60)),
        frequencies=[{"trip_id": "t", "start_time": "06:00:00", "end_time": "20:00:00",
                      "headway_secs": 1200, "exact_times": 0}],
        **files,
    )  # fmt: skip
    return feed, grid_town().write(folder)


def region_of(folder, feed, osm):
    study = {
        "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
        "sources": {"osm": [{"path": osm}], "gtfs": [{"path": feed}]},
    }
    return build_region(Study.model_validate(study), folder / "region")


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    return region_of(folder, *build(folder))


def west_to_east(region, **settings):
    travel = Travel.model_validate({**PLAIN, **settings})
    start, end = points((0, 0)), points((10, 0))
    return travel_times(region, start, end, "transit", travel).times_s[0, 0]


def test_one_draw_departs_at_start_time_and_every_headway_on(region):
    times = west_to_east(region, percentiles=[1, 50, 100])
    # 8:00 is a departure; who starts a minute later waits 19 minutes and walks no 1 000 s before
    assert times.tolist() == pytest.approx([60, 600, 1000], abs=1)


def test_draws_give_percentiles_over_minutes_and_draws_the_same_for_the_same_seed(region):
    shares = [5, 25, 50]
    drawn = west_to_east(region, percentiles=shares, frequency_draws=20, seed=3)
    again = west_to_east(region, percentiles=shares, frequency_draws=20, seed=3)
    other = west_to_east(region, percentiles=shares, frequency_draws=20, seed=4)
    assert (drawn == again).all()
    assert (drawn != other).any()
    # waits spread evenly over 20 min whatever the phase: each draw has one minute in each
    assert np.abs(drawn - [120, 360, 660]).max() <= 60


def test_a_seed_does_not_change_a_timetable_that_is_exact(tmp_path):
    feed, osm = build(tmp_path / "a")
    text = (feed / "frequencies.txt").read_text().replace(",0\n", ",1\n")
    (feed / "frequencies.txt").write_text(text)
    exact = region_of(tmp_path, feed, osm)
    plain = west_to_east(exact, percentiles=[50])
    assert (west_to_east(exact, percentiles=[50], frequency_draws=9, seed=5) == plain).all()


@pytest.mark.parametrize("end", ["depart", "arrive"])
def test_every_minute_of_every_draw_has_a_column_and_percentiles_are_taken_over_them(region, end):
    n_draws, shares = 3, [1, 40, 90]
    travel = Travel.model_validate(
        {**PLAIN, "depart": None, end: f"{WORLD_DAY}T08:30", "window_min": 7, "seed": 3,
         "frequency_draws": n_draws, "percentiles": shares}
    )  # fmt: skip
    ends = points((0, 0)), points((10, 0))
    every = travel_times(region, *ends, "transit", travel, is_expanded=True)
    first = "08:30" if end == "depart" else "08:24"
    assert every.columns[:4] == tuple(
        f"travel_time_s_{label}"
        for label in (f"{first}_draw1", f"{first}_draw2", f"{first}_draw3",
                      f"{first[:-1]}{int(first[-1]) + 1}_draw1")
    )  # fmt: skip
    values = np.sort(every.times_s[0, 0])
    assert len(values) == 7 * n_draws
    ranks = np.ceil(np.array(shares) / 100 * len(values)).astype(int) - 1
    found = travel_times(region, *ends, "transit", travel).times_s[0, 0]
    assert values[ranks].tolist() == found.tolist()

    rows = every.to_long_frame()
    assert rows.columns.tolist() == ["from_id", "to_id", "minute", "draw", "travel_time_s"]
    assert rows["draw"].tolist() == [1, 2, 3] * 7
    # a minute later is a minute less to wait, or more at an arrival; walking takes 1000 s
    one_minute = -60 if end == "depart" else 60
    for _, drawn in rows.groupby("draw"):
        steps = np.diff(drawn["travel_time_s"])
        is_plain = np.isclose(steps, one_minute, atol=1) | np.isclose(steps, 0)
        assert is_plain.sum() >= len(steps) - 2


def test_the_command_writes_a_row_for_every_draw_of_every_minute(region, tmp_path):
    to_degrees = Transformer.from_crs(region.crs, 4326, always_xy=True)
    some = points((0, 0), (10, 0))
    longitude, latitude = to_degrees.transform(some.x, some.y)
    ends, out = tmp_path / "ends.csv", tmp_path / "times.csv"
    pd.DataFrame({"id": some.index, "lon": longitude, "lat": latitude}).to_csv(ends, index=False)
    given = (
        "times", region.path, "--origins", ends, "--destinations", ends, "--mode", "transit",
        "--depart", f"{WORLD_DAY}T08:00", "--window-min", 4, "--expanded",
        "--frequency-draws", 2, "--out", out,
    )  # fmt: skip
    ran = CliRunner().invoke(app, [str(part) for part in given])
    assert ran.exit_code == 0, ran.output
    rows = pd.read_csv(out)
    assert len(rows) == 2 * 2 * 4 * 2
    pair = rows[(rows["from_id"] == "p0") & (rows["to_id"] == "p1")]
    assert pair["minute"].tolist() == np.repeat([f"08:0{n}" for n in range(4)], 2).tolist()
    assert pair["draw"].tolist() == [1, 2] * 4


@pytest.mark.parametrize(
    ("given", "depart", "arrive"),
    [
        ({"depart": "08:15", "day": "typical"}, time(8, 15), None),
        ({"depart": "08:15"}, time(8, 15), None),
        ({"arrive": "09:00", "day": "typical"}, None, time(9)),
        ({"day": "typical"}, time(7, 30), None),
        ({}, time(7, 30), None),
    ],
)
def test_a_time_without_a_date_stands_for_a_typical_day(region, given, depart, arrive):
    travel, moment, (finding,) = on_a_day(region, Travel.model_validate(given))
    day = typical_day(region).day
    assert travel.depart == (depart and datetime.combine(day, depart))
    assert travel.arrive == (arrive and datetime.combine(day, arrive))
    assert moment == datetime.combine(day, depart or arrive)
    assert day.weekday() in {1, 2, 3}
    assert f"{day.day} {day:%B %Y}" in english(finding.what)


def test_a_time_and_a_date_make_a_moment():
    travel = Travel.model_validate({"depart": "08:15", "day": "2024-05-15"})
    assert travel.depart == datetime.fromisoformat("2024-05-15T08:15")
    assert travel.day is None
    assert Travel.model_validate(travel.model_dump(mode="json")) == travel
    typical = Travel.model_validate({"arrive": time(8, 15), "day": "typical"})
    assert Travel.model_validate(typical.model_dump(mode="json")) == typical
    with pytest.raises(ValueError, match="day goes with a depart or arrive that is a time only"):
        Travel.model_validate({"depart": "2024-05-15T08:15", "day": "typical"})
    with pytest.raises(ValueError, match="give either depart or arrive"):
        Travel.model_validate({"depart": "08:15", "arrive": "2024-05-15T08:15"})


def test_a_day_alone_departs_in_the_morning(region):
    travel, _, findings = on_a_day(region, Travel.model_validate({"day": date(2024, 5, 15)}))
    assert travel.depart == datetime.fromisoformat("2024-05-15T07:30")
    assert findings == ()


def test_the_command_takes_a_typical_day(region, tmp_path):
    csv = tmp_path / "p.csv"
    lonlat = points((0, 0), (10, 0)).to_crs(4326)
    csv.write_text("id,lon,lat\n" + "".join(f"{n},{p.x},{p.y}\n" for n, p in lonlat.items()))
    out = tmp_path / "times.csv"
    given = f"times {region.path} --origins {csv} --destinations {csv} --mode transit --out {out}"
    run = CliRunner().invoke(app, [*given.split(), "--day", "typical", "--depart", "08:00"])
    assert run.exit_code == 0, run.output
    assert out.exists()


def test_a_station_is_entered_by_its_entrance_and_left_by_it(tmp_path):
    feed, osm = build(tmp_path / "b")
    text = (feed / "stops.txt").read_text().splitlines()
    rows = [f"{text[0]},location_type,parent_station"]
    rows += [f"{line},0,{'S' if line.startswith('west') else ''}" for line in text[1:]]
    rows += [
        f"S{rows[1][4 : rows[1].index(',0,')]},1,",
        f"door{rows[1][4 : rows[1].index(',0,')]},2,S",
    ]
    (feed / "stops.txt").write_text("\n".join(rows) + "\n")
    (feed / "pathways.txt").write_text(
        "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional,traversal_time\n"
        "1,door,west,2,1,120\n"
    )
    entered = region_of(tmp_path, feed, osm)
    times = west_to_east(entered, percentiles=[1, 10])
    # two minutes from the entrance to the platform: who starts at 8:18 is on the one at 8:20
    assert times.tolist() == pytest.approx([180, 240], abs=1)


def test_transit_that_equals_walking_is_detected(region):
    travel = Travel.model_validate({**PLAIN, "walk_speed_kmh": 3.6})
    useful = transit_use(region, travel.model_copy(update={"walk_speed_kmh": 3.0}))
    assert (useful.n_pairs, useful.is_suspicious) == (2, False)
    at_night = transit_use(region, Travel.model_validate({**PLAIN, "depart": f"{WORLD_DAY}T02:00"}))
    assert (at_night.walked_share, at_night.is_suspicious) == (1.0, True)

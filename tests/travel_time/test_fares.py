"""What journeys cost, in a town with a bus and a train beside it: by arithmetic, all the way.

Streets every 100 m over 1 km, walked at 1 s a metre. Along the lowest street the bus leaves west
at every tenth minute from 8:00 and is east 240 s later; the train takes 60 s and costs more.
"""

import json
from datetime import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from geo_planner.accessibility import cumulative, sweep_access
from geo_planner.config import Fares, Study, Travel, read_fares
from geo_planner.errors import ConfigError, InputError
from geo_planner.itinerary import find_itineraries, legs_frame
from geo_planner.reasons import Reason
from geo_planner.region.build import build_region
from geo_planner.travel_time import open_router, travel_times
from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import grid_town, points
from tests.worlds import WORLD_DAY, WORLD_ORIGIN_M, calls, write_gtfs

BY_RIDE = Fares.model_validate(
    {
        "kind": "rides", "currency": "DKK",
        "classes": [{"name": "bus", "price": 20, "modes": ["bus"]},
                    {"name": "rail", "price": 36.5, "modes": ["train"]}],
    }
)  # fmt: skip
TRAVEL = Travel(
    walk_speed_kmh=3.6, max_time_min=60, window_min=1, fares=BY_RIDE,
    depart=datetime.fromisoformat(f"{WORLD_DAY}T08:09"),
)  # fmt: skip
FERRY = {"name": "sea", "price": 1, "modes": ["ferry"]}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fares")
    north_m = ORIGIN_M[1] - WORLD_ORIGIN_M[1]
    lines = {"bus": ("B", 3, 240), "train": ("T", 2, 60)}
    feed = write_gtfs(
        folder / "feed.zip",
        stops={"west": (0.0, north_m), "east": (1000.0, north_m)},
        stop_times=[
            call
            for name, (_, _, ride_s) in lines.items()
            for k in range(12)
            for call in calls(
                f"{name}{k}", ("west", 28800 + 600 * k), ("east", 28800 + ride_s + 600 * k)
            )
        ],
        routes=[{"route_id": route, "route_short_name": name, "route_type": kind}
                for name, (route, kind, _) in lines.items()],
        trips=[{"trip_id": f"{name}{k}", "route_id": route, "service_id": "daily"}
               for name, (route, _, _) in lines.items() for k in range(12)],
    )  # fmt: skip
    study = Study.model_validate(
        {
            "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
            "sources": {"osm": [{"path": grid_town().write(folder)}], "gtfs": [{"path": feed}]},
        }
    )
    return build_region(study, folder / "region")


def test_paying_more_buys_time(town):
    """On foot 1 000 s; leave 8:09, board at 8:10 after the wait: 300 s by bus, 120 by train."""
    fares = [Decimal(text) for text in ("0", "19.99", "20", "36.50")]
    found = travel_times(
        town, points((0, 0)), points((10, 0)), "transit", TRAVEL, max_fares=fares
    )  # fmt: skip
    assert found.columns == tuple(f"travel_time_s_fare{fare}_p50" for fare in fares)
    np.testing.assert_allclose(found.times_s[0, 0], [1000, 1000, 300, 120], rtol=3e-4)


@pytest.mark.parametrize(
    "fares", [(), ("20", "0"), ("0", "0.00"), ("-1",), ("0.001",), ("1e9",), ("NaN",)]
)
def test_fares_that_cannot_be_asked_for_are_refused(town, fares):
    given = [Decimal(fare) for fare in fares]
    with pytest.raises(InputError, match="in rising order"):
        travel_times(town, points((0, 0)), points((10, 0)), "transit", TRAVEL, max_fares=given)


@pytest.mark.parametrize("asked", [{"max_fares": [Decimal(20)]}, {"is_expanded": True}])
def test_streets_have_no_fares_and_no_minutes(town, asked):
    with pytest.raises(InputError, match="not to walk"):
        travel_times(town, points((0, 0)), points((10, 0)), "walk", TRAVEL, **asked)


@pytest.mark.parametrize("window", ["depart", "arrive"])
def test_a_dear_journey_does_not_count(town, window):
    # by 8:13 the train of 8:10 is there, the bus of 8:10 is not
    at = {"depart": None, window: datetime.fromisoformat(f"{WORLD_DAY}T08:13")}
    ends = points((0, 0), (10, 0), (3, 4), (9, 2))
    whole = travel_times(town, ends, ends, "transit", TRAVEL.model_copy(update=at)).times_s
    some = TRAVEL.model_copy(update={**at, "max_fare": Decimal(20)})
    bus = travel_times(town, ends, ends, "transit", some).times_s
    any_fare = TRAVEL.model_copy(update={**at, "max_fare": Decimal(100)})
    assert (travel_times(town, ends, ends, "transit", any_fare).times_s == whole).all()
    assert (bus >= whole).all()
    assert (bus > whole).sum() >= 1
    assert np.isfinite(bus).all()


def test_access_counts_what_one_can_pay_for(town):
    def reached(max_fare):
        travel = TRAVEL.model_copy(update={"max_fare": Decimal(max_fare)})
        router = open_router(town, "transit", travel)
        starts = router.snap_origins(points((0, 0)))
        ends = router.snap_destinations(points((2, 0), (10, 0), (10, 2)))
        access = sweep_access(
            router, starts, ends, [cumulative(5.5)],
            opportunities={"jobs": np.array([1.0, 2.0, 4.0])}, people={}, threads=1,
        )  # fmt: skip
        return access.reached["jobs_5.5min_p50"].tolist()

    assert [reached(fare) for fare in (0, 20, 40)] == [[1], [3], [7]]


def test_journeys_tell_their_fare_and_none_is_dearer_and_slower(town):
    window = TRAVEL.model_copy(update={"window_min": 20})
    found = find_itineraries(
        town, points((0, 0)).iloc[0], points((10, 0)).iloc[0], "transit", window
    )
    told = {(f"{j.departure:%H:%M}", f"{j.arrival:%H:%M}", j.fare) for j in found}
    free, bus, train = (Decimal(fare) for fare in ("0.00", "20.00", "36.50"))
    assert told == {
        ("08:09", "08:25", free),
        ("08:09", "08:11", train), ("08:09", "08:14", bus),
        ("08:19", "08:21", train), ("08:19", "08:24", bus),
    }  # fmt: skip
    frame = legs_frame(found, town.crs)
    assert set(frame["journey_fare"]) == {0.0, 20.0, 36.5}


def test_a_journey_feels_as_long_as_its_parts_weigh(town):
    """Walk 100 m, wait 60 s, ride 60 s, walk 200 m: 1.5 x 300 + 60 + 60."""
    found = find_itineraries(
        town, points((0, 1)).iloc[0], points((10, 2)).iloc[0], "transit",
        TRAVEL.model_copy(update={"depart": datetime.fromisoformat(f"{WORLD_DAY}T08:07")}),
    )  # fmt: skip
    train = next(j for j in found if j.fare == Decimal("36.50"))
    assert train.generalised_s == pytest.approx(1.5 * 300 + 60 + 60, rel=1e-3)


def test_all_walking_of_a_journey_can_be_limited(town):
    """To the train 100 m, from it 300 m: all the way on foot is 1 200 m."""

    def rides(limit_min):
        found = find_itineraries(
            town, points((0, 1)).iloc[0], points((10, 3)).iloc[0], "transit",
            TRAVEL.model_copy(update={"window_min": 10}), max_total_walk_min=limit_min,
        )  # fmt: skip
        assert all(journey.walk_m <= limit_min * 60 * 1.001 for journey in found)
        return {journey.n_rides for journey in found}

    assert rides(25) == {0, 1}
    assert rides(7) == {1}
    assert rides(6.5) == set()
    with pytest.raises(InputError, match="on foot"):
        find_itineraries(
            town, points((0, 1)).iloc[0], points((10, 3)).iloc[0], "park_and_ride", TRAVEL,
            max_total_walk_min=5,
        )  # fmt: skip


def test_lines_without_a_price_and_classes_without_a_line_are_named(town):
    wrong = Fares.model_validate(
        {"kind": "rides", "currency": "DKK",
         "classes": [FERRY, {"name": "one", "price": 2, "route_ids": ["1:B", "1:X"]}]}
    )  # fmt: skip
    with pytest.raises(InputError) as told:
        open_router(
            town, "transit", TRAVEL.model_copy(update={"fares": wrong, "max_fare": Decimal(5)})
        )
    assert "no feed has the line '1:X'" in str(told.value)
    assert "line '1:T' (train) is in no class" in str(told.value)
    assert "1:B" not in str(told.value)


def test_a_class_may_name_a_line_that_is_gone_if_all_others_have_a_price(town):
    fares = BY_RIDE.model_copy(
        update={"classes": (*BY_RIDE.classes, BY_RIDE.classes[0].model_copy(
            update={"name": "gone", "modes": (), "route_ids": ("1:gone",)}))}
    )  # fmt: skip
    update = {"fares": fares, "max_fare": Decimal(20)}
    router = open_router(town, "transit", TRAVEL.model_copy(update=update))
    told = [f for f in router.findings if f.what == Reason("transit_fare_lines")]
    assert [(f.count, f.examples) for f in told] == [(1, ("1:gone",))]


def test_no_fare_above_the_dearest_can_be_asked_for(town):
    with pytest.raises(InputError, match="no fare above it"):
        open_router(
            town, "transit", TRAVEL.model_copy(update={"max_fare": Decimal(20)}),
            max_fares=[Decimal(20), Decimal(21)],
        )  # fmt: skip


def test_too_many_sequences_of_rides_are_refused(town):
    classes = [FERRY | {"name": f"c{n}", "modes": ["bus", "train"]} for n in range(12)]
    fares = Fares.model_validate({"kind": "rides", "currency": "DKK", "classes": classes})
    with pytest.raises(InputError, match="fewer classes or rides"):
        open_router(
            town, "transit", TRAVEL.model_copy(update={"fares": fares, "max_fare": Decimal(5)})
        )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "flat"}, "price is missing"),
        ({"kind": "flat", "price": 20, "cap": 30}, "cap does not belong to it"),
        ({"kind": "rides"}, "classes is missing"),
        ({"kind": "distance", "distances": [{"up_to_km": 5, "price": 3.125}]}, "decimal places"),
        ({"kind": "distance", "distances": [{"price": 3}, {"up_to_km": 5, "price": 4}]}, "rise"),
        ({"kind": "rides", "classes": [FERRY, FERRY]}, "'sea' stands twice"),
        ({"kind": "rides", "classes": [{"name": "a", "price": 1}]}, "name the modes or route_ids"),
        (
            {"kind": "rides", "classes": [FERRY],
             "transfers": [{"first": "sea", "second": "air", "price": 0}]},
            "'air', which is no class",
        ),
        ({"kind": "flat", "price": 20, "prize": 1}, "unknown key"),
        ({"kind": "flat", "price": 20, "transfer_window_min": 0}, "greater than 0"),
        ({"kind": "distance", "distances": [{"price": 3}], "transfer_window_min": 60},
         "transfer_window_min does not belong to it"),
    ],
)  # fmt: skip
def test_a_file_of_fares_says_what_is_wrong_with_it(tmp_path, given, words):
    def toml(value):
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + "}"
        return json.dumps(value) if not isinstance(value, list) else (
            "[" + ", ".join(toml(one) for one in value) + "]"
        )  # fmt: skip

    file = tmp_path / "fares.toml"
    content = {"currency": "DKK", **given}
    file.write_text("".join(f"{key} = {toml(value)}\n" for key, value in content.items()))
    with pytest.raises(ConfigError, match=words):
        read_fares(file)


def test_the_commands_take_fares(cli, town, tmp_path):
    to_degrees = Transformer.from_crs(town.crs, 4326, always_xy=True)
    some = points((0, 0), (10, 0))
    longitude, latitude = to_degrees.transform(some.x, some.y)
    ends = tmp_path / "ends.csv"
    pd.DataFrame({"id": some.index, "lon": longitude, "lat": latitude}).to_csv(ends, index=False)
    fares = tmp_path / "fares.toml"
    fares.write_text('kind = "flat"\ncurrency = "DKK"\nprice = 24\n')
    given = (
        "--mode", "transit", "--depart", f"{WORLD_DAY}T08:09", "--window-min", 1,
        "--walk-speed-kmh", 3.6, "--fares", fares,
    )  # fmt: skip
    out = tmp_path / "times.csv"
    files = ("--origins", ends, "--destinations", ends, "--out", out)
    ran = cli("times", town.path, *files, *given, "--max-fares", "0,24")
    assert ran.code == 0, ran.err
    row = pd.read_csv(out).set_index(["from_id", "to_id"]).loc[("p0", "p1")]
    assert row["travel_time_s_fare0_p50"] == pytest.approx(1000, rel=3e-4)
    assert row["travel_time_s_fare24_p50"] == pytest.approx(120, rel=3e-4)
    places = [f"{x:.7f},{y:.7f}" for x, y in zip(longitude, latitude, strict=True)]
    ran = cli("itinerary", town.path, "--from", places[0], "--to", places[1], *given)
    assert ran.code == 0, ran.err
    assert "24.00 DKK" in ran.out
    ran = cli("itinerary", town.path, "--from", places[0], "--to", places[1], *given,
              "--max-fare", 23)  # fmt: skip
    assert "24.00 DKK" not in ran.out
    for options, words in (
        (("--max-fares", "0,cheap"), "no list of prices"),
        (("--max-fares", "24,0"), "rising order"),
        (("--max-fares", "24", "--expanded"), "without --expanded"),
    ):
        ran = cli("times", town.path, *files, *given, *options)
        assert ran.code in (1, 2)
        assert words in ran.err
    ran = cli("times", town.path, *files, "--mode", "transit", "--max-fare", "5")
    assert ran.code == 2
    assert "max_fare needs fares" in ran.err


@pytest.fixture(scope="module")
def changing_town(tmp_path_factory):
    """Make a town whose bus leaves west at 8:10 for the north; a train from there east at 8:20."""
    folder = tmp_path_factory.mktemp("changing")
    north_m = ORIGIN_M[1] - WORLD_ORIGIN_M[1]
    feed = write_gtfs(
        folder / "feed.zip",
        stops={"west": (0, north_m), "north": (500, north_m + 900), "east": (1000, north_m)},
        stop_times=[
            *calls("bus", ("west", 29_400), ("north", 29_460)),
            *calls("train", ("north", 30_000), ("east", 30_060)),
        ],
        routes=[{"route_id": "B", "route_short_name": "bus", "route_type": 3},
                {"route_id": "T", "route_short_name": "train", "route_type": 2}],
        trips=[{"trip_id": "bus", "route_id": "B", "service_id": "daily"},
               {"trip_id": "train", "route_id": "T", "service_id": "daily"}],
    )  # fmt: skip
    study = Study.model_validate(
        {
            "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
            "sources": {"osm": [{"path": grid_town().write(folder)}], "gtfs": [{"path": feed}]},
        }
    )
    return build_region(study, folder / "region")


@pytest.mark.parametrize(
    ("window_min", "expected_s"), [(None, [720, 720]), (10, [720, 720]), (9, [1000, 720])]
)
@pytest.mark.parametrize("window", ["depart", "arrive"])
def test_a_ticket_pays_for_what_is_boarded_while_it_holds(
    changing_town, window, window_min, expected_s
):
    """Board at 8:10 and 8:20; on foot it is 1 000 s."""
    fares = Fares(kind="flat", currency="DKK", price=24, transfer_window_min=window_min)
    at = datetime.fromisoformat(f"{WORLD_DAY}T{'08:09' if window == 'depart' else '08:21'}")
    travel = TRAVEL.model_copy(update={"depart": None, window: at, "fares": fares})
    found = travel_times(
        changing_town, points((0, 0)), points((10, 0)), "transit", travel,
        max_fares=[Decimal(24), Decimal(48)],
    )  # fmt: skip
    np.testing.assert_allclose(found.times_s[0, 0], expected_s, rtol=3e-4)
    [ridden] = [
        journey
        for journey in find_itineraries(
            changing_town, points((0, 0)).iloc[0], points((10, 0)).iloc[0], "transit", travel
        )
        if journey.n_rides == 2
    ]
    assert ridden.fare == (48 if window_min == 9 else 24)

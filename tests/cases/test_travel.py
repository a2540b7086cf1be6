"""Small inputs after public reports: each gives the right value, or a right refusal.

Expected times are metres of the drawing over the default speeds (walk 4.8 km/h, bicycle 16 km/h and
a minute of parking at each end, car as on an empty street of town and 3 minutes to park), or what
the folder's README states.
"""

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_planner.accessibility import access_of_points
from geo_planner.config import Study, Travel
from geo_planner.crs import to_degrees
from geo_planner.errors import InputError
from geo_planner.isochrone import Isochrones
from geo_planner.reasons import Reason
from geo_planner.region.build import build_region
from geo_planner.sources.vector.points import read_points
from geo_planner.travel_time import travel_times

WALK_MPS, RIDE_MPS, PARKING_S = 4.8 / 3.6, 16 / 3.6, 120.0
FERRY_S = 15 * 60.0
NEVER = np.nan
TRAVEL = Travel(max_time_min=600)

# folder, files, mode, destination, seconds
CASES = [
    ("antimeridian", "a", "walk", "p", 3197.9),
    ("dismount", "a", "walk", "p", 2000 / WALK_MPS),
    ("dismount", "a", "bicycle", "p", 591),
    ("elevator-way", "a", "walk", "p", 1000 / WALK_MPS),
    *(("ferry-relation", file, "walk", "p", 2000 / WALK_MPS + FERRY_S) for file in "abc"),
    *(("ferry-relation", file, "car", "p", NEVER) for file in "ab"),
    ("ferry-relation", "c", "car", "p", 1272),
    *(("ferry-vehicle", file, "car", "p", 1272)
      for file in ("bare", "foot_no", "hgv", "iso", "mv", "vehicle_yes")),
    *(("ferry-vehicle", file, "walk", "p", 2000 / WALK_MPS + FERRY_S)
      for file in ("bare", "hgv", "iso", "mv", "vehicle_yes")),
    ("ferry-vehicle", "foot_no", "walk", "p", NEVER),
    *(("josm", file, "walk", "p", 3470.6) for file in ("a", "neg", "negway", "vis")),
    ("left-hand", "a", "car", "straight", 352.8),
    ("left-hand", "a", "car", "left_n", 352.8 + 10),
    ("left-hand", "a", "car", "right_s", 352.8 + 30),
    ("order", "a", "bicycle", "a", 0),
    ("order", "a", "bicycle", "b", 800 / RIDE_MPS + PARKING_S),
    ("order", "a", "bicycle", "c", 1900 / RIDE_MPS + PARKING_S),
    ("pier", "a", "walk", "p", 1100 / WALK_MPS + 600),
    ("private-estate", "a", "walk", "near", 1300 / WALK_MPS),
    ("private-estate", "a", "walk", "far", 2300 / WALK_MPS),
    ("private-estate", "a", "bicycle", "far", 2300 / RIDE_MPS + PARKING_S),
    ("private-estate", "a", "car", "far", 618),
    ("square-bicycle", "a", "bicycle", "p", 367.5),
    ("square-bicycle", "a", "walk", "p", 1100 / WALK_MPS),
    ("two-extracts", "west east", "walk", "p", 3000 / WALK_MPS),
    ("two-extracts", "west2 east", "walk", "p", 3000 / WALK_MPS),
    ("two-extracts", "east west", "bicycle", "p", 3000 / RIDE_MPS + PARKING_S),
]  # fmt: skip
# read by tests of their own below
OTHERS = {"comb", "maxspeed", "opportunity-text", "gtfs"}

# who goes in and comes back over each spur of the comb: w(alk), b(icycle), c(ar)
COMB = {
    "cond_access_no_at": "wbc", "access_employees": "wbc", "mv_taxi": "wb", "mv_bus_taxi": "wb",
    "mv_no_taxi_yes": "wb", "busway": "wb", "bus_guideway": "", "path_plain": "wb",
    "footway_bicycle_yes": "wb", "pedestrian_mv_destination": "wc", "cycleway_foot_no": "b",
    "trunk_motorroad": "c", "trunk_foot_no": "bc", "primary_use_sidepath": "c",
    "optional_sidepath": "wbc", "agri_dest": "wbc", "track_plain": "wb",
    "track_grade1_mv_yes": "wbc", "access_no_foot_yes": "w", "access_no_bicycle_yes": "b",
    "vehicle_no_bicycle_yes": "wb", "access_permit": "wbc", "access_customers": "wbc",
    "access_private": "wbc", "mv_private": "wbc", "construction": "", "proposed": "",
    "residential_disused": "", "construction_yes_tag": "", "steps": "w",
    "steps_ramp_bicycle": "wb", "elevator_way": "w", "escalator_up": "",
    "escalator_oneway_yes": "", "pier": "w", "corridor": "w", "footway_list": "w",
    "turning_loop": "", "services_road": "wb", "road": "wbc", "ladder": "", "living_street": "wbc",
    "psv_only": "", "toll": "wbc", "winter_road": "wb", "ford": "wbc", "shuttle_train": "c",
    "incline_path_mtb": "wb", "sac_scale6": "wb", "b_bollard": "wb", "b_bollard_mv_yes": "wbc",
    "b_bollard_access_yes": "wbc", "b_gate": "wbc", "b_gate_locked": "wbc",
    "b_gate_private": "wbc", "b_gate_emergency": "", "b_liftgate_access_private_foot": "wbc",
    "b_swing_gate": "wb", "b_rising_bollard": "wbc", "b_kerb": "wbc", "b_toll": "wbc",
    "b_sidewalk_turnstile": "w", "b_fullheight": "w", "b_bus_trap": "wb", "b_block_foot_no": "b",
    "b_wicket": "wb", "b_sliding_gate": "wbc", "b_hedge_node": "", "b_ditch": "",
    "b_gate_perm": "wbc", "b_noent": "", "b_crossing": "wbc", "b_height": "wbc",
    "b_kerb_raised": "w", "b_cyclebar_dismount": "wb", "o_motorcar": "wb", "o_rev": "w",
    "o_opposite": "wb", "o_left_opp": "wb", "o_bus_contra": "wb", "o_1": "w", "o_true": "w",
    "o_reverse": "w", "o_mv": "wb", "o_mvcar": "wb", "o_vehicle": "w", "o_alternating": "wbc",
    "o_reversible": "", "o_no_exc": "w", "o_mv_backward_no": "wb", "o_vehicle_forward_no": "wb",
    "o_foot_oneway": "", "o_cyc_oneway_mofa": "w", "o_path_oneway_foot": "w", "o_dual_ferry": "",
}  # fmt: skip

# limit [km/h] of each way of the fan; None: not stated, or not to be read
LIMITS_KMH = [
    50, 48.28032, 32.18688, 60, 60, 60, 60, 60, 90, 50, 80, 96.56064, 112.65408, 112.65408, 50, 90,
    30, 30, 30, 6, None, None, None, None, None, None, 50, None, None, None, 80, 100, None, 5, None,
    110, None, None, None, 50, None, None, 50, 50, 70, 50, 27.78, None, 30, 30, 90,
]  # fmt: skip


@pytest.fixture(scope="module")
def region_of(shared_cases, tmp_path_factory):
    """Build the files of a folder, once."""
    built = {}

    def build(folder, files):
        paths = [shared_cases / "travel" / folder / f"{name}.osm" for name in files.split()]
        if (folder, files) not in built:
            out = tmp_path_factory.mktemp(folder) / "region"
            built[folder, files] = build_region(_study(paths), out)
        return built[folder, files]

    return build


def _study(paths):
    return Study.model_validate(
        {
            "study": {"id": "case", "name": "Case", "country": None},
            "sources": {"osm": [{"path": path} for path in paths]},
        }
    )


def _times(region, folder: Path, mode):
    starts, ends = (
        read_points(folder / name, region.crs).set_index("id").geometry
        for name in ("o.csv", "d.csv")
    )
    return travel_times(region, starts, ends, mode, TRAVEL, threads=1)


def test_every_folder_is_tried(shared_cases):
    folders = {path.name for path in (shared_cases / "travel").iterdir()}
    assert folders == OTHERS | {folder for folder, *_ in CASES}


@pytest.mark.parametrize(("folder", "files", "mode", "place", "seconds"), CASES)
def test_a_case_takes_as_long_as_it_should(
    region_of, shared_cases, folder, files, mode, place, seconds
):
    times = _times(region_of(folder, files), shared_cases / "travel" / folder, mode).to_frame()
    found = times.set_index("to_id").loc[place, "travel_time_s"]
    assert found == pytest.approx(seconds, abs=1.0, nan_ok=True)


@pytest.mark.parametrize("mode", ["walk", "bicycle", "car"])
def test_the_comb_is_open_to_those_its_tags_let_in(region_of, shared_cases, mode):
    folder = shared_cases / "travel" / "comb"
    ledger = _times(region_of("comb", "a"), folder, mode).snaps
    street = ledger[ledger["end"] == "destination"].set_index("id")["street_id"].fillna("")
    own = {
        place: street[place].startswith(f"w{5001 + spur}-")
        for spur, place in enumerate(street.index)
    }
    assert own == {place: mode[0] in modes for place, modes in COMB.items()}


def test_limits_are_read_in_fifty_spellings(region_of):
    streets = region_of("maxspeed", "a").geo_table("streets")
    limits = streets.set_index("osm_way_id")["maxspeed_forward_mps"] * 3.6
    for way, expected in enumerate(LIMITS_KMH, start=100):
        assert limits[f"w{way}"] == pytest.approx(
            np.nan if expected is None else expected, nan_ok=True
        ), way


def test_what_is_odd_about_a_ferry_or_a_limit_is_counted(region_of):
    said = {finding.what for finding in region_of("ferry-relation", "c").findings}
    assert Reason("osm_durations_refused") in said


def _access(region, folder: Path, name):
    frame, _ = access_of_points(
        region, str(folder / f"{name}.csv"), "jobs", folder / "o.csv",
        mode="walk", cutoffs_min=(30,), travel=TRAVEL, threads=1,
    )  # fmt: skip
    return frame.iloc[0, 0]


@pytest.mark.parametrize(
    ("name", "jobs"),
    [("all_num", 1550), ("plus", 550), ("sci", 1350), ("leading0", 550), ("space_thou", 1550)],
)
def test_counts_that_are_numbers_are_summed(region_of, shared_cases, name, jobs):
    folder = shared_cases / "travel" / "opportunity-text"
    assert _access(region_of("opportunity-text", "a"), folder, name) == jobs


@pytest.mark.parametrize("name", ["inf", "lt5", "pct", "quote", "thou", "na", "dots"])
def test_counts_that_are_no_numbers_are_refused(region_of, shared_cases, name):
    folder = shared_cases / "travel" / "opportunity-text"
    with (folder / f"{name}.csv").open() as file:
        value = list(csv.DictReader(file))[1]["jobs"]
    with pytest.raises(InputError, match="jobs") as refusal:
        _access(region_of("opportunity-text", "a"), folder, name)
    assert value in str(refusal.value)


def test_an_isochrone_across_the_antimeridian_is_cut_there(region_of):
    region = region_of("antimeridian", "a")
    place = gpd.GeoSeries.from_xy([180.0], [-16.8], crs=4326, index=["o"]).to_crs(region.crs)
    areas = Isochrones(region, "walk", TRAVEL).around(place, [15]).areas
    [shape] = to_degrees(areas).geometry
    parts = gpd.GeoSeries(shapely.get_parts(shape), crs=4326)
    assert parts.is_valid.all()
    assert (parts.bounds["maxx"] - parts.bounds["minx"] < 0.1).all()
    assert len(parts) >= 2


def test_one_bad_file_does_not_speak_for_others(shared_cases, tmp_path):
    folder = shared_cases / "travel" / "two-extracts"
    with pytest.raises(InputError) as refusal:
        build_region(_study([folder / "west.osm", folder / "d.csv"]), tmp_path / "region")
    [problem] = refusal.value.problems
    assert "d.csv: is no OpenStreetMap file" in problem


def test_negative_ids_in_a_file_out_of_order_are_read(shared_data, tmp_path):
    extract = shared_data / "portland" / "portland-central-filtered.osm.pbf"
    region = build_region(_study([extract]), tmp_path / "region")
    assert region.tables["streets"].rows > 15_000
    assert region.geo_table("streets")["osm_way_id"].str.startswith("w-").any()

"""Modifications of plans, people, workplaces and sites, each a sum one can do by head."""

import pytest
import shapely

from geo_planner.errors import ScenarioError
from geo_planner.scenario import areas_rezoned_to_homes
from geo_planner.words.english import english
from tests.scenario.town import after, area, at, changes
from tests.test_predicted_town import points

KEYS = {"sites": "site_id", "plans": "plan_id", "zones": "zone_id", "businesses": "business_id"}


def row(region, table, name):
    return region.geo_table(table).set_index(KEYS[table]).loc[name]


def added(region, table):
    frame = region.geo_table(table)
    return frame[frame[KEYS[table]].str.startswith("scenario:")].iloc[0]


def total(region, table, column):
    return region.table(table)[column].sum()


def test_new_values_of_a_plan_stand_in_its_row(town):
    rezoned = after(
        town, {"do": "Rezone", "plans": {"ids": ["p1"]}, "floor_area_ratio": 1.5, "use_code": 21}
    )
    plan = row(rezoned, "plans", "p1")
    assert (plan["floor_area_ratio"], plan["use_code"]) == (1.5, 21)
    assert changes(rezoned) == {"plans": (0, 1, 0)}


def test_rezoning_back_gives_the_baseline(town):
    there = {"do": "Rezone", "plans": {"ids": ["p1"]}, "floor_area_ratio": 1.5}
    assert after(town, there, there | {"floor_area_ratio": 0.5}).digest == town.digest


def test_a_new_plan_takes_the_ground_from_older_ones(town):
    new = {"do": "Rezone", "area": area(2, 0, 4, 4), "use_code": 31, "max_floor_area_m2": 50_000}
    rezoned = after(town, new)
    # 200 x 400 m: all of the proposal, half of the adopted plan
    assert changes(rezoned) == {"plans": (1, 1, 1)}
    assert row(rezoned, "plans", "p1").geometry.area == pytest.approx(80_000)
    assert added(rezoned, "plans").geometry.area == pytest.approx(80_000)
    assert rezoned.geo_table("plans").union_all().area == pytest.approx(160_000)


def test_an_adopted_proposal_rules_its_ground_alone(town):
    adopted = after(town, {"do": "AdoptProposedPlans"})
    assert set(adopted.table("plans")["status"]) == {"adopted"}
    assert row(adopted, "plans", "p1").geometry.area == pytest.approx(160_000 - 40_000)


def test_areas_rezoned_to_homes_are_told_to_those_who_measure_from_them(town):
    assert len(areas_rezoned_to_homes(town, town)) == 0
    adopted = after(town, {"do": "AdoptProposedPlans"})
    told = areas_rezoned_to_homes(town, adopted)
    assert told.crs == town.crs
    assert [shapely.equals(part, row(town, "plans", "p2").geometry) for part in told] == [True]


def test_a_constraint_added_and_removed_gives_the_baseline(town):
    fence = {"do": "AddConstraint", "kind": "conservation", "area": area(0, 0, 1, 1),
             "constraint_id": "c2"}  # fmt: skip
    more = after(town, fence)
    assert changes(more) == {"constraints": (1, 0, 0)}
    lift = {"do": "RemoveConstraint", "constraints": {"ids": ["c2"]}}
    assert after(town, fence, lift).digest == town.digest


def test_homes_bring_two_persons_each_of_whom_half_work(town):
    built = after(
        town, {"do": "AddDevelopment", "name": "D", "area": area(1, 1, 2, 2), "homes_count": 100}
    )
    assert total(built, "zones", "population_count") == 900 + 200
    assert total(built, "zones", "workers_count") == 450 + 100
    assert changes(built) == {"zones": (1, 0, 0)}


def test_rates_of_homes_may_be_stated(town):
    built = after(
        town,
        {"do": "AddDevelopment", "name": "D", "area": area(1, 1, 2, 2), "homes_count": 100,
         "persons_per_home": 1.5, "employed_share": 0.6},
    )  # fmt: skip
    zone = added(built, "zones")
    assert (zone["population_count"], zone["workers_count"]) == (150, 90)


def test_jobs_of_a_development_stand_in_its_middle(town):
    built = after(
        town, {"do": "AddDevelopment", "name": "D", "area": area(1, 1, 2, 2), "jobs_count": 64}
    )
    business = added(built, "businesses")
    assert business["employees_count"] == 64
    assert shapely.box(*area_bounds(1, 1, 2, 2)).contains(business.geometry)


def area_bounds(*corners):
    ring = area(*corners)["coordinates"][0]
    return shapely.Polygon(ring).bounds


def test_floor_area_adds_to_the_site_by_the_share_of_ground(town):
    """The site south is 60 x 60 m at (0.2, 0.2); half of the development lies on it."""
    standing = {"do": "RemoveSite", "sites": {"ids": ["south"]}}
    again = {"do": "AddSite", "name": "South", "site_id": "south", "area": area(0.2, 0.2, 0.8, 0.8),
             "existing_floor_area_m2": 500}  # fmt: skip
    build = {"do": "AddDevelopment", "name": "D", "area": area(0.2, 0.2, 0.8, 1.4),
             "floor_area_m2": 2000}  # fmt: skip
    built = after(town, standing, again, build)
    assert row(built, "sites", "south")["existing_floor_area_m2"] == pytest.approx(1500)
    assert "1 000 m² of the floor area lie on no site" in english(built.origin.notes[0])


def test_floor_area_that_is_unknown_stays_unknown(town):
    build = {"do": "AddDevelopment", "name": "D", "area": area(0.2, 0.2, 0.8, 0.8),
             "floor_area_m2": 2000, "jobs_count": 10}  # fmt: skip
    built = after(town, build)
    assert row(built, "sites", "south").isna()["existing_floor_area_m2"]
    assert "south is not stated" in english(built.origin.notes[0])


def test_floor_area_adds_to_parcels_by_the_share_of_ground(town, tmp_path):
    """Two parcels side by side, the development over all of one and half of the other."""
    import geopandas as gpd

    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["a", "b"], "existing_floor_area_m2": [100.0, 100.0]},
        geometry=[shapely.box(*area_bounds(0, 8, 1, 9)), shapely.box(*area_bounds(1, 8, 3, 9))],
        crs=25832,
    )
    region = with_table(town, "parcels", parcels, tmp_path)
    built = after(
        region,
        {"do": "AddDevelopment", "name": "D", "area": area(0, 8, 2, 9), "floor_area_m2": 3000},
    )
    assert built.table("parcels")["existing_floor_area_m2"].tolist() == [1600, 1600]


def test_a_workplace_brings_its_jobs_and_its_cluster(town):
    opened = after(
        town,
        {"do": "AddBusiness", "name": "Code", "at": at(5, 5), "employees_count": 4096,
         "branch_code": "620100", "branch_standard": "DB07"},
    )  # fmt: skip
    before = total(town, "businesses", "employees_count")
    assert total(opened, "businesses", "employees_count") == before + 4096
    assert added(opened, "businesses")["cluster"] == "it"


def test_a_workplace_that_closes_takes_its_jobs(town):
    closed = after(town, {"do": "RemoveBusiness", "businesses": {"ids": ["003"]}})
    lost = total(town, "businesses", "employees_count") - total(
        closed, "businesses", "employees_count"
    )
    assert lost == 8


def test_a_workplace_that_moves_keeps_its_jobs(town):
    moved = after(town, {"do": "MoveBusiness", "businesses": {"ids": ["003"]}, "to": at(9, 0)})
    assert total(moved, "businesses", "employees_count") == total(
        town, "businesses", "employees_count"
    )
    assert row(moved, "businesses", "003").geometry.coords[0] == tuple(at(9, 0)["coordinates"])


def test_closing_and_opening_a_workplace_gives_the_baseline(town):
    close = {"do": "RemoveBusiness", "businesses": {"ids": ["003"]}}
    again = {"do": "AddBusiness", "business_id": "003", "name": "Works 3", "at": at(3, 3),
             "employees_count": 8}  # fmt: skip
    assert after(town, close, again).digest == town.digest


def test_zones_grow_by_a_factor(town):
    grown = after(town, {"do": "GrowZones", "factor": 1.5, "counts": ["workers_count"]})
    assert total(grown, "zones", "workers_count") == 675
    assert total(grown, "zones", "population_count") == 900


def test_a_forecast_sets_the_zones_it_names(town, tmp_path):
    table = tmp_path / "forecast.csv"
    table.write_text("zone_id,population_count,workers_count\nz0,300,120\n", "utf-8")
    grown = after(town, {"do": "GrowZones", "forecast": str(table)})
    zone = row(grown, "zones", "z0")
    assert (zone["population_count"], zone["workers_count"]) == (300, 120)
    assert changes(grown) == {"zones": (0, 1, 0)}


def test_a_forecast_of_a_district_is_shared_as_people_live_now(town, tmp_path):
    tables = after(town, {"do": "GrowZones", "zones": {"ids": ["z0"]}, "factor": 3})
    named = tables.table("zones").assign(district="d")
    region = with_table(tables, "zones", named, tmp_path)
    table = tmp_path / "forecast.csv"
    table.write_text("district,population_count\nd,2200\n", "utf-8")
    grown = after(region, {"do": "GrowZones", "forecast": str(table)})
    # 300 and eight times 100, doubled
    assert row(grown, "zones", "z0")["population_count"] == 600
    assert total(grown, "zones", "population_count") == 2200


def districts(region, folder, **people):
    """Give the zones z0, z1 ... people in two districts, ``a`` of the first two, ``b`` the rest."""
    zones = region.table("zones")
    counts = zones["population_count"].copy()
    for name, count in people.items():
        counts[zones["zone_id"] == name] = count
    named = ["a" if name in ("z0", "z1") else "b" for name in zones["zone_id"]]
    changed = zones.assign(district=named, population_count=counts)
    return with_table(region, "zones", changed, folder)


def forecast(folder, text):
    table = folder / "forecast.csv"
    table.write_text(text, "utf-8")
    return {"do": "GrowZones", "forecast": str(table)}


def test_a_forecast_for_a_district_without_people_is_refused_though_others_have_some(
    town, tmp_path
):
    region = districts(town, tmp_path, z0=0, z1=0)
    grow = forecast(tmp_path, "district,population_count\na,500\nb,700\n")
    with pytest.raises(ScenarioError, match=r"a.*population_count"):
        after(region, grow)


def test_a_zone_without_people_gets_none_of_its_district_s_growth(town, tmp_path):
    region = districts(town, tmp_path, z0=0)
    grown = after(region, forecast(tmp_path, "district,population_count\na,250\n"))
    assert row(grown, "zones", "z0")["population_count"] == 0
    assert row(grown, "zones", "z1")["population_count"] == 250
    assert total(grown, "zones", "population_count") == 250 + 700


@pytest.mark.parametrize(
    "text",
    [
        "zone_id,population_count\nz0,1\nz0,2\nz1,3\n",
        "zone_id,population_count\nz0,1\n,2\n",
    ],
)
def test_a_forecast_with_one_key_twice_or_missing_is_refused(town, tmp_path, text):
    with pytest.raises(ScenarioError, match="zone_id"):
        after(town, forecast(tmp_path, text))


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (r"z1 \(\D?-1", "zone_id,population_count\nz0,1\nz1,-1\n"),
        (r"z1 \(blank\)", "zone_id,population_count\nz0,1\nz1,\n"),
    ],
)
def test_one_count_that_is_blank_or_below_nought_refuses_the_forecast(town, tmp_path, shown, text):
    with pytest.raises(ScenarioError, match=shown):
        after(town, forecast(tmp_path, text))


def test_a_forecast_may_say_that_nobody_is_left(town, tmp_path):
    grown = after(town, forecast(tmp_path, "zone_id,population_count\nz0,0\n"))
    assert row(grown, "zones", "z0")["population_count"] == 0


def test_floor_area_off_every_site_changes_no_site(town):
    """All 2 000 m2 lie on no site: no site changes, and the note says so."""
    build = {"do": "AddDevelopment", "name": "D", "area": area(7, 1, 8, 2), "jobs_count": 1,
             "floor_area_m2": 2000}  # fmt: skip
    built = after(town, build)
    assert "sites" not in changes(built)
    assert "2 000 m² of the floor area lie on no site" in english(built.origin.notes[0])
    assert len(built.origin.notes) == 1


def with_table(region, name, frame, folder):
    from geo_planner import schema
    from geo_planner.region import write_region

    tables = {table: region.table(table) for table in region.tables}
    tables[name] = schema.validate(frame, schema.tables()[name], origin="test")
    return write_region(
        folder / "r", tables, crs=region.crs, timezone=str(region.timezone), study=region.study,
        sources={},
    )  # fmt: skip


def test_a_site_added_and_removed_gives_the_baseline(town):
    add = {"do": "AddSite", "name": "New", "site_id": "new", "area": area(5, 5, 6, 6)}
    assert added_area(after(town, add)) == pytest.approx(10_000)
    drop = {"do": "RemoveSite", "sites": {"ids": ["new"]}}
    assert after(town, add, drop).digest == town.digest


def added_area(region):
    return row(region, "sites", "new")["area_m2"]


def test_a_bicycle_station_is_set_up_once(town):
    add = {"do": "AddBicycleStation", "name": "Torvet", "at": at(5, 5), "network": "Bycyklen",
           "capacity_count": 12, "station_id": "torvet"}  # fmt: skip
    (row,) = after(town, add).geo_table("shared_bicycle_stations").to_dict("records")
    assert (row["station_id"], row["network"], row["capacity_count"]) == ("torvet", "Bycyklen", 12)
    assert row["geometry"].distance(points((5, 5)).iloc[0]) < 0.01
    with pytest.raises(ScenarioError, match="'torvet' is there already"):
        after(town, add, add)

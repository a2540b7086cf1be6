"""Tables are checked once at the border; the report names every breach with its first ids."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from geo_planner import schema
from geo_planner.errors import SchemaError

TABLES = schema.tables()
BOWTIE = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def businesses(**columns):
    count = len(next(iter(columns.values())))
    base = {"business_id": [f"b{i}" for i in range(count)], "role": "study"}
    return gpd.GeoDataFrame({**base, **columns}, geometry=[Point(0, 0)] * count, crs=25832)


def problems(frame, table):
    with pytest.raises(SchemaError) as caught:
        schema.validate(frame, TABLES[table], origin="file.shp")
    return "\n".join(caught.value.problems)


def test_every_table_has_a_meaning_a_key_and_described_columns():
    assert len(TABLES) > 25
    for table in TABLES.values():
        assert table.meaning
        assert table.key
        assert all(column.meaning for column in table.columns.values())
        keys = [column for column in table.columns.values() if column.is_key]
        assert not all(column.is_nullable for column in keys)
        # a key may be blank only where a blank says something, such as all branches together
        assert all("null" in column.meaning for column in keys if column.is_nullable)


def test_quantities_carry_their_unit_in_the_name():
    suffix = {
        "s": "_s",
        "m": "_m",
        "m2": "_m2",
        "m/s": "_mps",
        "persons": "_count",
        "jobs": "_count",
    }
    for table in TABLES.values():
        for column in table.columns.values():
            if column.unit in suffix:
                assert column.name.endswith(suffix[column.unit]), (table.name, column.name)


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_frame_of_every_table_is_valid(name):
    frame = schema.empty_frame(TABLES[name], 25832)
    checked = schema.validate(frame, TABLES[name], origin="nothing")
    assert list(checked.columns) == list(TABLES[name].columns)


def test_all_breaches_are_named_at_once():
    frame = gpd.GeoDataFrame(
        {
            "site_id": ["s1", "s2", "s2", "s4", "s5"],
            "area_m2": [-1.0, 2.0, 3.0, None, 5.0],
            "use_profile": ["office", "castle", None, None, None],
        },
        geometry=[box(0, 0, 1, 1), Point(0, 0), BOWTIE, None, box(0, 0, 1, 1)],
        crs=25832,
    )
    found = problems(frame, "sites")
    for words in (
        "'area_m2' must be at least 0.0 m2: 1 row, s1 (-1.0)",
        "'use_profile' must be one of balanced, office, laboratory, production: 1 row, s2",
        "key site_id must be unique: 2 rows, s2",
        "geometry is absent or empty: 1 row, s4",
        "geometry must be one of Polygon, MultiPolygon: 1 row, s2",
        "geometry crosses itself or is otherwise invalid: 1 row, s2",
    ):
        assert words in found


def test_a_missing_column_is_named_with_its_meaning():
    frame = businesses(employees_count=[1.0]).drop(columns="role")
    assert "column 'role' is missing" in problems(frame, "businesses")


def test_only_the_first_five_ids_are_shown():
    found = problems(businesses(employees_count=[-1.0] * 9), "businesses")
    assert "9 rows, b0 (-1.0), b1 (-1.0), b2 (-1.0), b3 (-1.0), b4 (-1.0), ..." in found


def test_text_that_is_no_number_is_shown():
    found = problems(businesses(employees_count=["12", "a dozen"]), "businesses")
    assert "'employees_count' must be a number [jobs]: 1 row, b1 ('a dozen')" in found


def test_a_layer_without_crs_is_refused():
    frame = businesses(employees_count=[1.0]).set_crs(None, allow_override=True)
    assert "the layer has no CRS" in problems(frame, "businesses")


def test_a_null_in_a_required_column_is_refused():
    found = problems(businesses(role=["study", None]), "businesses")
    assert "'role' must not be empty: 1 row, b1" in found


def test_whole_numbers_used_as_ids_become_text_without_a_point():
    frame = businesses(business_id=[3.0, 1.0])
    checked = schema.validate(frame, TABLES["businesses"], origin="x")
    assert list(checked["business_id"]) == ["1", "3"]


def test_codes_keep_their_leading_zeros_and_nulls_stay_null():
    frame = businesses(branch_code=["011100", None])
    checked = schema.validate(frame, TABLES["businesses"], origin="x")
    assert checked["branch_code"].iloc[0] == "011100"
    assert pd.isna(checked["branch_code"].iloc[1])
    assert checked["employees_count"].isna().all()


@given(
    st.lists(
        st.tuples(
            st.text("abc", min_size=0, max_size=2),
            st.one_of(st.none(), st.floats(-5, 5), st.just(np.inf)),
            st.sampled_from(["study", "hinterland", "elsewhere"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_table_is_accepted_whole_or_every_breach_is_named(rows):
    ids, counts, roles = (list(part) for part in zip(*rows, strict=True))
    frame = businesses(business_id=ids, employees_count=counts, role=roles)
    frame["employees_count"] = frame["employees_count"].astype(float)
    expected = {
        "must be unique": len(set(ids)) < len(ids),
        "'business_id' must not be empty": "" in ids,
        "must be at least 0": any(c is not None and c < 0 for c in counts),
        "'role' must be one of": "elsewhere" in roles,
    }
    if any(expected.values()):
        found = problems(frame, "businesses")
        assert {words: words in found for words in expected} == expected
    else:
        assert len(schema.validate(frame, TABLES["businesses"], origin="x")) == len(rows)


def test_a_fault_of_ours_is_raised_and_not_put_on_the_rows(monkeypatch):
    def broken(_values, _column):
        raise TypeError("ours")

    monkeypatch.setattr(schema, "_as_type", broken)
    with pytest.raises(TypeError, match="ours"):
        schema.validate(businesses(employees_count=[1.0]), TABLES["businesses"], origin="file.shp")


def test_text_of_any_making_comes_out_alike():
    texts = ["é", None, "007"]
    for made in (pd.Series(texts, dtype=object), pd.Series(texts, dtype="str")):
        frame = businesses(employees_count=[1.0] * 3).assign(name=made)
        checked = schema.validate(frame, TABLES["businesses"], origin="x")
        assert checked["name"].dtype == "str"
        assert list(checked["name"].dropna()) == ["é", "007"]
    names = pd.Series([7, "a", None], dtype=object)
    mixed = businesses(employees_count=[1.0] * 3).assign(name=names)
    checked = schema.validate(mixed, TABLES["businesses"], origin="x")
    assert list(checked["name"].dropna()) == ["7", "a"]


def test_what_a_table_holds_is_not_changed_by_checking_it():
    frame = businesses(employees_count=[3.0, 1.0], business_id=["b", "a"])
    before = frame.copy()
    checked = schema.validate(frame, TABLES["businesses"], origin="x")
    checked.loc[0, "name"] = "changed"
    pd.testing.assert_frame_equal(frame, before)


def test_values_above_the_most_are_named():
    plans = {"plan_id": ["p"], "floor_area_ratio": [25.0]}
    frame = gpd.GeoDataFrame(plans, geometry=[box(0, 0, 1, 1)], crs=25832)
    assert (
        "'floor_area_ratio' must be at most 20.0 share: 1 row, p (25.0) (per cent? then scale = "
        "0.01; where they stand for unknown, missing = [25] in a layer says so)"
    ) in problems(frame, "plans")

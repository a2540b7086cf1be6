"""A handful of tables with everything that formats trip over, as a region and as content."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from geo_planner import schema
from geo_planner.exports.content import Content
from geo_planner.region.writing import write_region

CREDITS = ("© OpenStreetMap contributors", "Købstædernes Register")
CRS_M = CRS.from_epsg(25832)
LONG_URL = "https://example.org/lokalplan/" + "æ" * 200
WEST_M, SOUTH_M = 707_000.123456, 6_181_000.654321


def box(column: float, row: float, side_m: float = 100.0) -> shapely.Polygon:
    west, south = WEST_M + 100 * column, SOUTH_M + 100 * row
    return shapely.box(west, south, west + side_m, south + side_m)


def _frame(shapes: list, **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS_M)


def _tables() -> dict[str, pd.DataFrame]:
    return {
        "zones": _frame(
            [box(0, 0), box(1, 0), shapely.MultiPolygon([box(2, 0), box(4, 0)])],
            zone_id=["001", "002", "010"], role="study", name=["Østerhøj", "Ågerup", None],
            population_count=[100.0, 0.1 + 0.2, None], workers_count=[1e6 / 3, 0.0, None],
        ),
        "businesses": _frame(
            [shapely.Point(WEST_M + i, SOUTH_M) for i in range(5)],
            business_id=["0007", "0008", "0009", "0010", "0011"], role="study",
            name=['=HYPERLINK("x")', "+45 44 77", "-1; \"ødelagt\"", "@SUM(A1)", "'=tæt\npå"],
            employees_count=[1.0, 2.5, None, 4.0, 5.0],
            cluster=["life_science", "finance", "it", None, None],
        ),
        "plans": _frame(
            [box(0, 0), box(1, 1)], plan_id=["1.10", "2.20"], level="local_plan", part=0,
            use_code=[31, None], status=["adopted", "proposed"], is_complex=[True, None],
            document_url=[LONG_URL, None], dated=["2020-01-27", None],
        ),
        "constraints": _frame(
            [box(0, 0), shapely.LineString([(WEST_M, SOUTH_M), (WEST_M + 9, SOUTH_M)]),
             shapely.Point(WEST_M, SOUTH_M)],
            constraint_id=["a", "b", "c"], kind="lake", effect=["excludes", "informs", None],
            geometry_is="object",
        ),
        "feeds": pd.DataFrame({"feed": ["01"], "timezone": ["Europe/Copenhagen"]}),
    }  # fmt: skip


@pytest.fixture(scope="package")
def tables() -> dict[str, pd.DataFrame]:
    return {
        name: schema.validate(frame, schema.tables()[name], origin=name)
        for name, frame in _tables().items()
    }


@pytest.fixture(scope="package")
def content(tables) -> Content:
    return Content("Prøveby", "Synthetic data", tables, CREDITS, None)


@pytest.fixture(scope="package")
def region(tables, tmp_path_factory):
    return write_region(
        tmp_path_factory.mktemp("exports") / "region",
        tables,
        crs=CRS_M,
        timezone="Europe/Copenhagen",
        study={"id": "p", "name": "Prøveby", "badge": "Synthetic data"},
        sources={"zones": [{"file": "z", "credit": credit} for credit in CREDITS]},
    ).path


@pytest.fixture
def same_values():
    """Hold rows read back against those written: values, nulls, order, places within 1e-6."""

    def check(read: pd.DataFrame, written: pd.DataFrame, *, within: float = 1e-6) -> None:
        assert len(read) == len(written) > 0
        for name in written.columns:
            if name == "geometry":
                pairs = zip(read.geometry, written.geometry, strict=True)
                assert all(shapely.hausdorff_distance(a, b) <= within for a, b in pairs)
                continue
            left, right = (frame[name].astype(object) for frame in (read, written))
            assert left.isna().tolist() == right.isna().tolist(), name
            assert left.dropna().tolist() == right.dropna().tolist(), name

    return check

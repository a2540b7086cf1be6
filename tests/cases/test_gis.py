"""Ground, people and text as others handed them over: each is read right, or refused with a remedy.

Expected values follow from the drawings of ``cases/gis`` by arithmetic, or stand in the READMEs
there. What a study must state first is stated here, as the message of the refusal asks for it.
"""

from dataclasses import dataclass, field

import pytest

from geo_planner.config import read_study
from geo_planner.land import land_measures
from geo_planner.region.build import build_region
from geo_planner.region.ingest import ingest
from geo_planner.words.english import english

pytestmark = pytest.mark.slow

TOWN = {"residents": 900.0, "jobs": 2047.0, "sites_m2": [3600.0] * 3}
REPAIRED_M2 = {
    "bow_tie": 5_000, "dup_vertices": 10_000, "hole_outside": 10_000, "hole_over_edge": 9_200,
    "hole_touches_shell_along_edge": 9_200, "hole_twice": 8_400, "nested_shells": 10_000,
    "overlap_parts": 15_000, "ring_twice": 10_000, "same_part_twice": 10_000, "spike": 10_000,
    "two_holes_overlap": 7_200, "with_line_collection": 10_000,
}  # fmt: skip

# of 1 ha each, but for a hole of 1 600 m2 and a site of 25 m2; None: unknown
ALLOWED_M2 = {
    "plans": {
        "three": 6_300, "hole": 4_200, "zero": 0, "percent": 150_000, "sliver": 5_000,
        "twice": 5_000, "dupparcel": 5_000, "border": None, "tiny": 12.5, "cancelled": 5_000,
        "proposed": 5_000, "disagree": None, "fields": 5_000, "floorszero": 0,
        "dotsbasis": 5_000, "gapsliver": 5_000, "manyslivers": 5_000, "overparcel": 5_000,
    },
    "large-site": {"big": 176_000},
    "plan-nested-shell": {"A": 5_000},
    "sites-overlap": {"A": 5_000, "B": 5_000},
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Say what comes of a folder: as it is, or with what is added to one of its sources.

    ``refused`` is part of the refusal of the folder as it is; ``then`` the settings that the
    refusal names, by table; ``found`` parts of findings.
    """

    refused: str = ""
    then: dict = field(default_factory=dict)
    found: tuple[str, ...] = ()
    residents: float = TOWN["residents"]
    jobs: float = TOWN["jobs"]
    sites_m2: dict | None = None


CASES = {
    "area-ha": Case(found=("stated areas that fit their shape in hectares",)),
    "bands": Case(jobs=25.5),
    "biz-blank-coords": Case(
        'leave_out = "incomplete"',
        {"businesses": {"leave_out": "incomplete", "max_lost_share": 0.5}},
        ("1 row without a place",),
        jobs=5.0,
    ),
    "biz-dup-study": Case(found=("likely stand twice, under another id",), jobs=4094.0),
    "biz-null-geometry": Case(
        'leave_out = "incomplete"',
        {"businesses": {"leave_out": "incomplete", "max_lost_share": 0.5}},
        ("2 rows without a place",),
        jobs=2047.0 - 8 - 16,
    ),
    "csv-empty-rows": Case(found=("rows without any value",), residents=300.5),
    "csv-point-coords-comma-values": Case(residents=1580.0),
    "csv-sep-hint": Case(residents=300.5),
    "csv-thousand-blanks": Case(residents=3579.0),
    "csv-thousand-dots": Case(
        "thousands = '.'", {"zones": {"thousands": "."}}, residents=1234.0 + 2345.0
    ),
    "danish-dates": Case("date_format = 'DD-MM-YYYY'", {"plans": {"date_format": "DD-MM-YYYY"}}),
    "fmt-gml": Case(),
    "fmt-gpkg-zip": Case(),
    "fmt-shp-zip": Case(),
    "fmt-tab": Case(),
    "geojson-crs-last": Case(),
    "geom-repair": Case(
        found=("collections united to one shape", "made valid"),
        sites_m2={**REPAIRED_M2, "collection_overlap": 15_000},
    ),
    "geom-repair-valid": Case(found=("made valid",), sites_m2=REPAIRED_M2),
    "gpkg-second-table": Case(),
    "hinterland-overlap": Case(
        found=("zones of the hinterland on zones of the study",), residents=1800.0
    ),
    "hq-knife": Case(jobs=100_010.0, sites_m2=dict.fromkeys([f"s{n}" for n in range(6)], 3600.0)),
    "large-site": Case(sites_m2={"big": 1_000_000.0}),
    "plan-collapsed": Case(
        'leave_out = "incomplete"',
        {"plans": {"leave_out": "incomplete", "max_lost_share": 0.5}},
        ("1 row without a place",),
    ),
    "plan-nested-shell": Case(
        found=("100 000 m² as drawn, 90 000 m² now",), sites_m2={"A": 10_000.0}
    ),
    "plans": Case(
        found=(
            "2 parcels drawn on one another",
            "2 building fields drawn on one another",
            "1 plan with a floor area ratio above 5, up to 15: per cent? then scale = 0.01",
        ),
        sites_m2=dict.fromkeys(ALLOWED_M2["plans"], 10_000.0) | {"hole": 8_400.0, "tiny": 25.0},
    ),
    "polyhedral": Case("save them as points, lines or polygons"),
    "raster-flood-zero-nodata": Case(found=("sites and zones without any data",)),
    "raster-flt-nodata": Case(),
    "raster-nan-stated": Case(),
    "raster-two-nodata": Case(),
    "ratio-text": Case(),
    "sites-overlap": Case(
        found=("2 sites that lie on one another",), sites_m2=dict.fromkeys("AB", 1e4)
    ),
    "suppressed-minus1": Case(
        "values", {"zones": {"missing": [-1], "fields": {}}}, residents=217.0
    ),
    "suppressed-star": Case("missing = [", {"zones": {"missing": ["*", ".."]}}, residents=217.0),
    "wrong-zone": Case(found=("in the neighbouring zone of the grid",)),
}


def read(study):
    ingested = ingest(study)
    return ingested, " | ".join(problem.text for problem in ingested.problems)


def with_settings(study, settings):
    """Add settings to the layers of some tables."""
    layers = tuple(
        layer.model_validate({**layer.model_dump(), **settings.get(layer.table, {})})
        for layer in study.sources.layers
    )
    return study.model_copy(update={"sources": study.sources.model_copy(update={"layers": layers})})


@pytest.mark.parametrize("name", list(CASES))
def test_a_case_is_read_right_or_refused_with_the_line_that_settles_it(name, shared_cases):
    case = CASES[name]
    study = read_study(shared_cases / "gis" / name / "study.toml")
    ingested, problems = read(study)
    assert (case.refused in problems) if case.refused else not problems, problems
    if case.then:
        ingested, problems = read(with_settings(study, case.then))
        assert not problems
    found = " | ".join(
        f"{one.count} {english(one.what, count=one.count)}" for one in ingested.findings
    )
    found = found.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    for words in case.found:
        assert words in found
    tables = ingested.tables
    if name == "polyhedral":
        assert "sites" not in tables
        return
    assert tables["zones"]["population_count"].sum() == case.residents
    assert tables["businesses"]["employees_count"].sum() == case.jobs
    sites = tables["sites"].set_index("site_id").geometry.area
    if case.sites_m2 is None:
        assert sites.tolist() == pytest.approx(TOWN["sites_m2"])
    else:
        assert {str(key): area for key, area in sites.items()} == pytest.approx(case.sites_m2)


def test_every_folder_has_its_case(shared_cases):
    assert {place.name for place in (shared_cases / "gis").iterdir()} == set(CASES)


@pytest.mark.parametrize("name", list(ALLOWED_M2))
def test_what_plans_allow_is_counted_once(name, shared_cases, tmp_path):
    study = read_study(shared_cases / "gis" / name / "study.toml")
    land = land_measures(build_region(study, tmp_path / "region"))
    allowed = land["now_allowed_likely_m2"].astype(float)
    told = {str(key): None if area != area else area for key, area in allowed.items()}  # noqa: PLR0124 -- nan
    assert told == {
        key: None if area is None else pytest.approx(area) for key, area in ALLOWED_M2[name].items()
    }
    assert land.loc[allowed.isna(), "now_unknown_reason"].notna().all()

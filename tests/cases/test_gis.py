"""Ground, people and text as others handed them over: each is read right, or refused with a remedy.

Expected values follow from the drawings of ``cases/gis`` by arithmetic, or stand in the READMEs
there. What a study must state first is stated here, as the message of the refusal asks for it.
"""

from dataclasses import dataclass, field

import pytest

from geo_planner.config import read_study
from geo_planner.region.ingest import ingest
from geo_planner.words.english import english

TOWN = {"residents": 900.0, "jobs": 2047.0, "sites_m2": [3600.0] * 3}
REPAIRED_M2 = {
    "bow_tie": 5_000, "dup_vertices": 10_000, "hole_outside": 10_000, "hole_over_edge": 9_200,
    "hole_touches_shell_along_edge": 9_200, "hole_twice": 8_400, "nested_shells": 10_000,
    "overlap_parts": 15_000, "ring_twice": 10_000, "same_part_twice": 10_000, "spike": 10_000,
    "with_line_collection": 10_000,
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
    sites_m2: dict | list | None = None


CASES = {
    "area-ha": Case(found=("stated areas that fit their shape in hectares",)),
    "bands": Case(jobs=25.5),
    "biz-blank-coords": Case(
        'leave_out = "incomplete"',
        {"businesses": {"leave_out": "incomplete", "max_lost_share": 0.5}},
        ("rows without a place",),
        jobs=-1,
    ),
    "biz-dup-study": Case(found=("likely stand twice, under another id",), jobs=4094.0),
    "biz-null-geometry": Case(
        'leave_out = "incomplete"',
        {"businesses": {"leave_out": "incomplete", "max_lost_share": 0.5}},
        ("rows without a place",),
        jobs=-1,
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
    "geom-repair-valid": Case(
        found=("made valid",), sites_m2={**REPAIRED_M2, "two_holes_overlap": 7_200}
    ),
    "gpkg-second-table": Case(),
    "hinterland-overlap": Case(
        found=("zones of the hinterland on zones of the study",), residents=1800.0
    ),
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
    found = " | ".join(f"{one.count} {english(one.what)}" for one in ingested.findings)
    for words in case.found:
        assert words in found
    tables = ingested.tables
    assert tables["zones"]["population_count"].sum() == case.residents
    if case.jobs >= 0:
        assert tables["businesses"]["employees_count"].sum() == case.jobs
    sites = tables["sites"].set_index("site_id").geometry.area
    expected = case.sites_m2 or dict.fromkeys(sites.index, 3600.0)
    assert {str(key): area for key, area in sites.items()} == pytest.approx(expected)

"""Tables by area and year: what can hardly be meant is told, and codes are read as anywhere."""

import pandas as pd
import pytest

from geo_planner.config import LayerSource, Study
from geo_planner.preflight import check_study
from geo_planner.region.ingest import ingest
from geo_planner.region.yearly import own_area, yearly_findings
from geo_planner.words.english import english

HEAD = {"id": "t", "name": "Town", "crs": "EPSG:25832"}
FILES = {
    "reference_employment": "branch_code;branch_standard;area;year;sector;jobs_count\n"
    "62.01;DB07;Town;2016;private;10\n62.01;DB07;Town;2016;public;2\n",
    "commuting": "from_area;to_area;year;education;persons_count\n"
    "Town;Town;2020;;30\nCity;Town;2020;;70\n",
    "residents_history": "area;year;residents_count;workers_count\nTown;2020;100;50\n",
    "turnover_history": "branch_code;branch_standard;area;year;sales_amount;exports_amount;"
    "currency\n62;DB07;Land;2016;100;40;EUR\n;;Town;2016;10;4;EUR\n",
    "education_choices": "area;year;leavers_count;vocational_count\nTown;2020;40;9\n",
    "firms_history": "branch_code;branch_standard;area;year;firms_count\n62;DB07;Town;2016;4\n",
}


def study_of(folder, files=FILES, **sections):
    layers = []
    for table, text in files.items():
        path = folder / f"{table}.csv"
        path.write_text(text, "utf-8")
        layers.append(LayerSource(table=table, path=path))
    return Study.model_validate({"study": HEAD, "sources": {"layers": layers}, **sections})


def told(folder, table, text):
    found = ingest(study_of(folder, {table: text}))
    assert not found.problems
    return [english(one.what) for one in found.findings if one.kind == "warning"]


def test_every_table_by_area_and_year_is_read_from_csv(tmp_path):
    found = ingest(study_of(tmp_path))
    assert not found.problems
    assert set(FILES) <= set(found.tables)
    assert found.tables["reference_employment"]["branch_code"].tolist() == ["6201", "6201"]
    assert found.tables["commuting"]["education"].isna().all()
    assert not list(yearly_findings(found.tables))


@pytest.mark.parametrize(
    ("table", "text", "words"),
    [
        ("education_choices", "area;year;leavers_count;vocational_count\nTown;2020;4;9\n",
         "more vocational_count than leavers_count"),
        ("residents_history", "area;year;residents_count;workers_count\nTown;2020;4;9\n",
         "more workers_count than residents_count"),
        ("commuting", "from_area;to_area;year;education;persons_count\n"
         "A;B;2020;;5\nA;B;2020;basic;4\nA;B;2020;higher;4\n", "than all together"),
        ("reference_employment", "branch_code;branch_standard;area;year;sector;jobs_count\n"
         "62;DB07;T;2016;private;1\n6201;DB07;T;2016;private;1\n", "part of another"),
        ("reference_employment", "branch_code;branch_standard;area;year;sector;jobs_count\n"
         "62;DB07;T;2016;private;1\n62;DB07;T;2016;;3\n", "rows by sector and a row without"),
        ("turnover_history", "branch_code;branch_standard;area;year;sales_amount;currency\n"
         "62;DB07;T;2016;1;EUR\n62;DB07;L;2016;1;DKK\n", "several currencies: DKK, EUR"),
    ],
)  # fmt: skip
def test_what_can_hardly_be_meant_is_told(tmp_path, table, text, words):
    (line,) = told(tmp_path, table, text)
    assert words in line


@pytest.mark.parametrize("code", ["1", "62010"])
def test_a_code_that_may_have_lost_its_zero_is_refused(tmp_path, code):
    text = f"branch_code;branch_standard;area;year;firms_count\n{code};DB07;T;2016;1\n"
    (problem,) = ingest(study_of(tmp_path, {"firms_history": text})).problems
    assert "a leading 0 may be lost" in problem.text


def test_the_same_branch_may_stand_once_a_sector_and_no_more(tmp_path):
    text = FILES["reference_employment"] + "6201;DB07;Town;2016;public;3\n"
    (problem,) = ingest(study_of(tmp_path, {"reference_employment": text})).problems
    assert "must be unique" in problem.text


@pytest.mark.parametrize(
    ("total", "stated", "fits"),
    [("private_jobs", 10, True), ("private_jobs", 12, False), ("residents_in_work", 50, True),
     ("residents_in_work", 60, False), ("commuters_in", 70, True), ("commuters_in", 30, False)],
)  # fmt: skip
def test_control_totals_are_held_to_the_last_year_of_the_tables(tmp_path, total, stated, fits):
    checked = check_study(study_of(tmp_path, control_totals={total: stated}))
    found = {one.id: one for one in checked.totals}[total]
    assert found.is_within == fits
    assert (
        any(english(one).startswith(total.replace("_", " ")[:9]) for one in checked.warnings)
        != fits
    )


def test_the_own_area_is_the_one_stated_else_that_of_the_study_area_else_the_studys_name():
    parts = pd.DataFrame({"name": ["Town", "Town"]})
    assert own_area("Other", parts, "Study") == "Other"
    assert own_area(None, parts, "Study") == "Town"
    assert own_area(None, parts.assign(name=["A", "B"]), "Study") == "Study"

"""The embedded demo from study file to maps: what a newcomer sees first."""

import hashlib
import json
import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_planner.analysis import analyse
from geo_planner.region import open_region
from geo_planner.siting import criterion_weights
from geo_planner.siting.criteria import criteria

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / "data" / "studies" / "demo.toml"
FILES = {
    "index.html", "map.html", "sites.html", "summary.json", "sites.csv", "sites.gpkg",
    "sites.parquet", "zones.parquet", "businesses.parquet", "snaps.parquet",
}  # fmt: skip
MODES = ("walk", "bicycle", "car", "transit")


def digests(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Run the demo once; give the result, the folder and what data/ held before."""
    from geo_planner.analysis import run
    from geo_planner.report import write_report

    before = digests(ROOT / "data")
    out = tmp_path_factory.mktemp("demo")
    result = run(STUDY, out / "region")
    write_report(result, out)
    return result, out, before


@pytest.fixture(scope="module")
def out(first):
    return first[1]


@pytest.fixture(scope="module")
def summary(out):
    return json.loads((out / "summary.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def ranking(out):
    return pd.read_csv(out / "sites.csv")


def test_running_again_into_the_same_folder_works_and_gives_the_same(cli, out, summary):
    """This is the command itself; the folder holds an earlier run."""
    tables = [name for name in FILES if name.endswith((".csv", ".parquet"))]
    before = {name: (out / name).read_bytes() for name in tables}
    ran = cli("run", STUDY, "--out", out, "--json")
    assert ran.code == 0, ran.err
    again = json.loads(ran.out)
    assert again["region_digest"] == summary["region_digest"]
    assert again["modes"] == summary["modes"]
    assert {name: (out / name).read_bytes() for name in tables} == before


def test_every_promised_file_is_there_and_nothing_half(out):
    names = {file.name for file in out.iterdir()}
    assert names >= FILES
    assert not [
        name for name in names if name != ".lock" and (name.startswith(".") or ".part" in name)
    ]
    assert (out / "region" / "region.json").is_file()
    assert gpd.read_file(out / "sites.gpkg").geometry.notna().all()


def test_the_summary_has_the_promised_keys(summary):
    promised = {
        "study", "sites", "zones", "businesses", "residents", "jobs", "modes", "top_site",
        "seconds",
    }  # fmt: skip
    assert promised <= set(summary)
    assert summary["study"] == "demo"
    assert tuple(summary["modes"]) == MODES
    for mode in MODES:
        assert set(summary["modes"][mode]) == {"origins", "reached_pairs", "unsnapped"}


def test_totals_are_those_of_the_municipality(summary):
    assert summary["residents"] == 48_600
    assert summary["jobs"] == 46_500


def test_counts_agree_with_the_tables(out, summary, ranking):
    for table in ("zones", "businesses"):
        frame = pd.read_parquet(out / f"{table}.parquet")
        assert summary[table] == (frame["role"] == "study").sum()
    assert summary["sites"] == len(ranking)


def test_every_mode_reaches_most_and_loses_next_to_none(out, summary):
    n_ends = len(pd.read_parquet(out / "businesses.parquet")) + summary["sites"]
    for mode, told in summary["modes"].items():
        assert told["origins"] == summary["zones"] + summary["zones_hinterland"]
        assert told["unsnapped"] <= 0.01 * (told["origins"] + n_ends), mode
    pairs = {mode: told["reached_pairs"] for mode, told in summary["modes"].items()}
    assert pairs["walk"] < pairs["bicycle"]
    assert pairs["walk"] < pairs["car"]
    assert pairs["walk"] < pairs["transit"]


def test_every_site_has_a_rank_or_a_reason_and_the_first_is_the_top_site(ranking, summary):
    assert (ranking["rank"].isna() == ranking["excluded_because"].notna()).all()
    ranked = ranking[ranking["rank"].notna()]
    assert len(ranked) == len(ranking) - summary["sites_excluded"]
    assert summary["sites_excluded"] == 2
    assert ranking["rank"].iloc[0] == 1
    assert ranked["rank"].is_monotonic_increasing
    assert ranking["site_id"].iloc[0] == summary["top_site"]
    assert (ranked["score"].diff().dropna() <= 1e-9).all()


def test_every_criterion_is_measured_and_the_edge_is_told(summary):
    assert summary["criteria_left_out"] == {}
    assert 0 < summary["edge_effect_share"] < 0.5


def test_contributions_add_up_to_the_score(ranking):
    parts = [name for name in ranking.columns if name.endswith("_contribution")]
    assert len(parts) >= 8
    assert {name.removesuffix("_contribution") for name in parts} <= set(ranking.columns)
    np.testing.assert_allclose(ranking[parts].sum(axis=1), ranking["score"])
    assert list(ranking.columns[:3]) == ["site_id", "score", "rank"]


def test_longer_cutoffs_reach_more_and_nobody_reaches_more_than_there_is(out):
    zones = pd.read_parquet(out / "zones.parquet")
    jobs = pd.read_parquet(out / "businesses.parquet")["employees_count"].sum()
    for mode in MODES:
        suffix = "_p50" if mode == "transit" else ""
        names = [f"jobs_{mode}_{cutoff}min{suffix}" for cutoff in (15, 30, 45, 60)]
        counts = zones[names].to_numpy()
        assert (np.diff(counts) >= 0).all()
        assert counts.max() <= jobs
        assert counts[:, -1].max() > 0.1 * jobs


def test_pages_show_the_badge_and_the_credits(out):
    settings = tomllib.loads(STUDY.read_text("utf-8"))
    for page in ("index.html", "map.html", "sites.html"):
        text = (out / page).read_text("utf-8")
        assert settings["study"]["badge"] in text, page
        assert "OpenStreetMap" in text, page


def test_the_run_wrote_nothing_into_data(first):
    assert digests(ROOT / "data") == first[2]


def test_two_builds_have_the_same_digest_wherever_they_lie(cli, out, summary, tmp_path):
    copy = shutil.copytree(ROOT / "data", tmp_path / "elsewhere")
    ran = cli("build", copy / "studies" / "demo.toml", "--out", tmp_path / "region")
    assert ran.code == 0, ran.err
    assert open_region(tmp_path / "region").digest == summary["region_digest"]


def test_scaling_all_weights_changes_no_rank(first, ranking):
    result, study = first[0], first[0].study
    used = [name for name in criteria() if name in ranking.columns]
    weights = criterion_weights(used, study.siting.profile, {}) * 700
    heavy = study.siting.model_copy(update={"weights": weights.to_dict()})
    other = study.model_copy(update={"siting": heavy})
    scaled = analyse(result.region, other, earlier=result).sites
    before = ranking.set_index("site_id").loc[scaled.index]
    np.testing.assert_allclose(scaled["score"], before["score"])
    np.testing.assert_array_equal(
        scaled["rank"].to_numpy(float, na_value=np.nan), before["rank"].to_numpy(float)
    )


def test_every_zone_reaches_most_jobs_by_car(out):
    zones = pd.read_parquet(out / "zones.parquet")
    assert (zones["jobs_car_60min"] > 0.9 * zones["jobs_car_60min"].max()).all()

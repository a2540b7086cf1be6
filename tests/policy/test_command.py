"""`geo-planner policy` on a small town that lacks most of what the policy asks for."""

import json

import pandas as pd
import pytest

from tests.small_study import write_study


@pytest.mark.slow
def test_the_command_tells_what_it_can_and_names_what_is_missing(tmp_path, cli):
    study = write_study(tmp_path / "study")
    region, out = tmp_path / "region", tmp_path / "policy.csv"
    assert cli("build", study, "--out", region).code == 0
    ran = cli("policy", region, "--out", out, "--json")
    assert ran.code == 0, ran.err
    records = json.loads(ran.out)
    by_id = {row["id"]: row for row in records["indicators"] if row["area"] == "whole area"}
    # nine zones of 100 residents and 50 workers each
    assert by_id["residents_in_work"]["value"] == 450
    assert by_id["employment_rate"]["status"] == "proxy"
    assert by_id["location_quotient_it"]["reason"] == '{"code": "no_reference_employment"}'
    assert json.loads(by_id["private_jobs"]["reason"])["code"] == "table_lacks"
    assert by_id["unconstrained_share"]["value"] == 1
    assert by_id["unconstrained_share"]["note"]
    written = pd.read_csv(out)
    assert len(written) == len(records["indicators"])
    assert set(written["id"]) >= set(by_id)


def test_a_table_it_cannot_write_is_refused_before_the_work(tmp_path, cli):
    ran = cli("policy", tmp_path / "region", "--out", tmp_path / "policy.docx")
    assert ran.code == 1
    assert ".docx" in ran.err

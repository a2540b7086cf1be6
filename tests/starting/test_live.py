"""The study that fills itself from registers: what it would ask for, without asking."""

import json
from pathlib import Path

from geo_planner.config import read_study
from geo_planner.sources.constraint_kinds import read_constraint_kinds

LIVE = Path(__file__).resolve().parents[2] / "data" / "studies" / "ballerup-live.toml"


def test_a_dry_run_lists_every_address_of_the_study_and_asks_nobody(cli):
    ran = cli("fetch", LIVE, "--dry-run", "--json")
    assert ran.code == 0, ran.err
    listed = json.loads(ran.out)["sources"]
    sources = read_study(LIVE).sources
    addressed = [*sources.osm, *(layer for layer in sources.layers if layer.url)]
    assert len(listed) == len(addressed)
    assert {item["result"] for item in listed} == {"to_ask"}
    assert all(item["credit"] for item in listed)


def test_registers_that_may_be_gone_are_not_required_and_their_kinds_are_those_there_are():
    layers = [layer for layer in read_study(LIVE).sources.layers if layer.url]
    assert len(layers) > 5
    assert not any(layer.is_required for layer in layers)
    kinds = {layer.constants["kind"] for layer in layers if layer.table == "constraints"}
    assert kinds <= set(read_constraint_kinds())


def test_the_study_says_when_its_addresses_were_known():
    assert "as known to us on 2026-11-30" in LIVE.read_text("utf-8")

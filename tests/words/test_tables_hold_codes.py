"""What tables say is codes with figures: sentences are made at the edge alone."""

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

import geo_planner
from geo_planner.analysis import analyse
from geo_planner.compare import compare_results
from geo_planner.policy import collect_policy_frames, policy_indicators
from geo_planner.policy.clusters import location_quotients, specialisation
from geo_planner.reasons import read_reasons
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import Wording
from tests.scenario.town import after, build_town

ROOT = Path(geo_planner.__file__).parent
LAYERS = ("land", "siting", "analysis", "policy", "portfolio", "compare")
SENTENCE = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
REASON_COLUMN = re.compile(r"reason|note|because|to_ask|^unknown$")
# states of a site or a source: values of a column that pages name by a vocabulary
STATES = {
    "needs parking structure", "fits on the surface", "service not reached",
    "mixed homes and business", "care or school",
}  # fmt: skip
# functions whose texts are an error's problems, or what Python shows of a value
NO_TABLE = {"_checks", "_require_columns", "__repr__"}


def refuses(node):
    """Tell whether a node calls a function that raises where its argument is wrong."""
    called = getattr(node, "func", None)
    name = getattr(called, "id", getattr(called, "attr", ""))
    return isinstance(node, ast.Call) and name.startswith("require_")


def sentences(tree):
    """Give the texts of a module that read like one, outside docstrings and errors."""
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            if ast.get_docstring(node) is not None:
                skipped.add(node.body[0].value)
            if getattr(node, "name", "") in NO_TABLE or getattr(node, "name", "").endswith("Error"):
                skipped.update(ast.walk(node))
        if isinstance(node, ast.Raise) or refuses(node):
            skipped.update(ast.walk(node))
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and node not in skipped and SENTENCE.search(node.value):
            yield node.value


@pytest.mark.parametrize("layer", LAYERS)
def test_no_layer_below_the_edge_writes_sentences(layer):
    files = [f for f in (ROOT / layer).rglob("*.py") if f.name != "text.py"]
    assert files
    found = {text for file in files for text in sentences(ast.parse(file.read_text("utf-8")))}
    assert found - STATES == set()


def test_a_sentence_in_a_table_would_be_found():
    module = 'def f(frame):\n    """Say what is."""\n    frame["reason"] = "no plan states it"\n'
    assert list(sentences(ast.parse(module))) == ["no plan states it"]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Analyse a town before and after a new plan, and collect every table of both."""
    town = build_town(tmp_path_factory.mktemp("codes"))
    twice = {"do": "Rezone", "plans": {"ids": ["p1"]}, "floor_area_ratio": 1.0}
    a, b = (analyse(region, threads=1) for region in (town, after(town, twice)))
    compared = compare_results(a, b, policy=True, target_jobs=100_000)
    frames = collect_policy_frames(town, a.zones, a.businesses, a.sites, a.study.travel, threads=1)
    reference = town.table("reference_employment")
    return {
        "sites": pd.DataFrame(a.sites),
        **{f"details.{name}": pd.DataFrame(frame) for name, frame in a.details.items()},
        "policy": policy_indicators(frames),
        "location_quotients": location_quotients(a.businesses, reference),
        "specialisation": specialisation(a.businesses, reference),
        **{
            f"compare.{name}": getattr(compared, name)
            for name in ("ranking", "land", "policy", "target")
        },
    }


@pytest.mark.slow
def test_every_reason_of_a_table_reads_back_and_has_words_in_every_language(tables):
    n_read = 0
    for table, frame in tables.items():
        for column in filter(lambda name: REASON_COLUMN.search(str(name)), frame.columns):
            for cell in frame[column].dropna():
                reasons = read_reasons(cell)
                assert bool(reasons) == bool(cell), (table, column, cell)
                texts = {reasons_words(reasons, Wording(language)) for language in ("en", "da")}
                assert len(texts) == (2 if cell else 1), texts
                n_read += len(reasons)
    assert n_read > 50


@pytest.mark.slow
def test_no_text_of_a_table_is_a_sentence(tables):
    described = re.compile(r"label|formula|data|source|checked|name|citations|unit|statement")
    for table, frame in tables.items():
        for column in frame.select_dtypes(include=["object", "str"]):
            if not described.search(str(column)):
                texts = {cell for cell in frame[column].dropna() if isinstance(cell, str)}
                found = {t for t in texts if SENTENCE.search(t) and not t.startswith(("{", "["))}
                assert found - STATES == set(), (table, column)

"""Errors carry everything that is wrong, survive pickling, and are also builtins."""

import pickle

import pytest

from geo_planner import errors
from geo_planner.reasons import Reason
from geo_planner.words.english import Sentence, sentence

ALL = [
    errors.InputError("the file is wrong", ["one", "two"]),
    errors.SchemaError("the table is wrong", ["one"], "zones"),
    errors.InputError(sentence("fault_no_rows", layer="towns"), [sentence("fault_no_file")]),
    errors.CRSError("no CRS"),
    errors.ConfigError("study.toml: wrong", ["travel.x: unknown"]),
    errors.SourceError("roads.shp", "no such file"),
    errors.RegionError("out/region", "damaged"),
    errors.FolderError("out/batch", "another run is writing here"),
    errors.ScenarioError("bus", ["modification 1: unknown stop"]),
    errors.MissingDependencyError("folium", "maps"),
    errors.FetchError("https://example.org/a.zip", "not reached", Reason("no_data_share", share=1)),
]


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_every_error_reads_the_same_after_pickling(error):
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert isinstance(copy, errors.GeoPlannerError)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [(ALL[0], ValueError), (ALL[5], OSError), (ALL[6], ValueError), (ALL[9], ImportError)],
)
def test_errors_are_the_builtins_they_resemble(error, builtin):
    assert isinstance(error, builtin)


def test_every_class_of_the_tree_is_drawn_in_the_docstring():
    classes = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.GeoPlannerError)
    ]
    assert len(classes) >= 9
    assert all(name in errors.__doc__ for name in classes)


def test_a_long_list_of_problems_is_cut_and_counted():
    text = str(errors.InputError("wrong", [f"row {i}" for i in range(1000)]))
    assert "row 0" in text
    assert "and 980 more problems" in text


def test_a_sentence_keeps_its_reason_from_process_to_process():
    text = sentence("fault_gtfs_empty", file="stops.txt")
    copy = pickle.loads(pickle.dumps(errors.SourceError("feed.zip", text)))  # noqa: S301 -- our own
    assert isinstance(copy.reason, Sentence)
    assert copy.reason.reason == text.reason

"""What the page that asks from any point offers, before anything is asked."""

from dataclasses import replace
from datetime import datetime

import pytest

from geo_planner.pages.ask import page as ask_page
from geo_planner.pages.ask.page import render_ask
from tests.pages.shown_figures import BARE, read_page
from tests.pages.test_stand_in import JOBS, in_language, of_points

SERVICE = {"api": "api/v1", "study": "town", "scenario": "baseline"}


def asked_of(result):
    """Give the lines of the page, and what its script asks with."""
    lines, data = read_page(render_ask(result, service=SERVICE, assets=BARE))
    return lines, data["ask"]


def travelling(result, **settings):
    travel = result.study.travel.model_copy(update=settings)
    study = result.study.model_copy(update={"travel": travel})
    return replace(result, study=study)


@pytest.mark.parametrize("language", ["en", "da"])
def test_what_stands_in_for_jobs_is_counted_by_its_own_name(result, language):
    lines, ask = asked_of(of_points(result, language))
    labels = [one["label"] for one in ask["counts"]] + list(ask["kinds"].values())
    assert [text for text in [*lines, *labels] if JOBS.search(text)] == []
    assert {"en": "Points of interest", "da": "Interessepunkter"}[language] in labels


def test_only_what_stands_in_the_tables_can_be_counted(result):
    _, ask = asked_of(result)
    known = {"jobs": "businesses", "residents": "zones"}
    assert known.keys() <= {one["id"] for one in ask["counts"]}
    assert ask["defaults"]["count"] == "jobs"


def test_places_have_their_kind_in_words_and_none_is_left_out_unsaid(result, monkeypatch):
    _, ask = asked_of(in_language(result, "da"))
    assert [(one["name"], one["kind"]) for one in ask["places"]] == [("Town", "station")]
    assert ask["placesNotAsked"] == 0
    monkeypatch.setattr(ask_page, "_MOST_PLACES", 0)
    _, cut = asked_of(in_language(result, "da"))
    assert (cut["places"], cut["placesNotAsked"]) == ([], 1)


def test_bands_end_with_the_longest_time_of_the_study(result):
    for longest_min, bands in ((120, [15, 30, 45, 60]), (50, [15, 30, 45]), (10, [10])):
        _, ask = asked_of(travelling(result, max_time_min=longest_min))
        assert ask["bands"] == bands
        assert int(ask["defaults"]["limit"]) <= max(bands)


def test_a_window_of_arrivals_begins_as_the_departures_as_early(result):
    moment = datetime(2026, 3, 10, 8, 30)  # noqa: DTZ001 -- local time of the region
    _, ask = asked_of(travelling(result, depart=None, arrive=moment, window_min=60))
    found = {name: ask["defaults"][name] for name in ("time", "day", "clock", "window")}
    assert found == {"time": "depart", "day": "2026-03-10", "clock": "07:30", "window": "60"}

"""What no row of the data states is unknown on every page, never 0."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from geo_planner.compare import compare_results
from geo_planner.pages.brief.around import neighbour_section
from geo_planner.pages.brief.page import render_brief
from geo_planner.pages.brief.subject import subject_of
from geo_planner.pages.compare.brief import render_compare_brief
from geo_planner.pages.compare.page import render_compare
from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.pages.drawing.layers import drawn_zones
from geo_planner.pages.drawing.view import view_of
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from geo_planner.pages.study.provenance import uncounted_rows
from tests.pages.shown_figures import read_page

BARE = PageAssets((), ())


@pytest.fixture
def without_workers(result):
    zones = result.zones.assign(workers_count=np.nan)
    return replace(result, zones=zones, summary={**result.summary, "workers": None})


def test_a_count_no_zone_states_has_no_card_and_a_reason(without_workers):
    lines, _ = read_page(render_overview(without_workers, assets=BARE))
    assert "Employed residents" not in lines
    reasons = uncounted_rows(view_of(without_workers))
    assert {"count": "15", "what": "zones that do not state employed residents; what counts them "
            "is unknown"} in reasons  # fmt: skip


def test_a_count_some_workplaces_state_is_a_least_sum(result):
    said = [row["what"] for row in uncounted_rows(view_of(result))]
    assert said == ["workplaces that do not state jobs; sums count the others and are the least "
                     "there can be"]  # fmt: skip


def test_a_sum_of_some_rows_is_said_to_be_the_least_there_can_be(result):
    zones = result.zones.copy()
    zones.loc[zones.index[0], "population_count"] = np.nan
    lines, _ = read_page(render_overview(replace(result, zones=zones), assets=BARE))
    own = int((zones["role"] == "study").sum())
    assert lines[lines.index("Residents") + 2] == (
        f"at least; stated by {own - 1} of {own} zones of the study"
    )
    n_own = len(result.businesses)
    n_known = int(result.businesses["employees_count"].notna().sum())
    assert lines[lines.index("Jobs") + 2] == (
        f"at least; stated by {n_known} of {n_own} workplaces of the study"
    )


def test_neighbours_of_which_some_state_no_jobs_hold_at_least_the_sum(result):
    subject = subject_of(result, "A")
    near = neighbour_section(subject)
    assert near["unknown"] > 0
    lines, _ = read_page(render_brief(result, "A", assets=BARE))
    assert [line for line in lines if line.startswith(f"at least {near['jobs']} job")]


def test_access_that_nobody_is_known_to_have_is_shared_out_among_no_0_residents(result):
    shared = result.details["equity"].assign(people=0.0, mean=np.nan)
    nobody = replace(result, details={**result.details, "equity": shared})
    lines, _ = read_page(render_overview(nobody, assets=BARE))
    assert "Residents" in lines
    assert "How access is shared out" not in lines


def test_a_cell_whose_workplaces_state_no_jobs_is_drawn_with_unknown_jobs(result):
    zones = result.zones.assign(population_count=0.0)
    # b3, whose jobs are unknown, lies in z06: 200 m cells, x 550, y 350
    drawn = drawn_zones(zones, result.businesses)
    assert "z06" in drawn.index
    assert np.isnan(drawn.loc["z06", "jobs_here"])


def test_neighbours_without_branch_codes_have_no_clusters_of_0_jobs(result):
    unnamed = result.businesses.assign(cluster=pd.Series(None, result.businesses.index, dtype=str))
    section = neighbour_section(subject_of(replace(result, businesses=unnamed), "A"))
    assert {one["jobs"] for one in section["clusters"]} == {"unknown"}


def no_workers(result):
    """Give a result whose zones state no workers, so that nobody is in reach of anything."""
    frames = {}
    for name in ("zones", "businesses", "sites"):
        frame = getattr(result, name)
        reached = [column for column in frame if str(column).startswith("workers")]
        frames[name] = frame.assign(**dict.fromkeys(reached, np.nan))
    return replace(result, **frames, summary={**result.summary, "workers": None})


def test_workers_nobody_states_are_0_on_no_page(result):
    empty = no_workers(result)
    compared = compare_results(empty, empty, name_a="before", name_b="after")
    pages = {
        "overview": render_overview(empty, assets=BARE),
        "map": render_map(empty, assets=BARE),
        "sites": render_sites_page(empty, assets=BARE),
        "comparison": render_compare(compared, assets=BARE),
        "comparison on paper": render_compare_brief(compared, assets=BARE),
        **{
            f"brief of {site}": render_brief(empty, str(site), assets=BARE)
            for site in empty.sites.index
        },
    }
    counted = re.compile(r"\b(workers|employed residents|residents in work)\b", re.IGNORECASE)
    for name, page in pages.items():
        lines, _ = read_page(page)
        # a figure stands beside its label: in the line after it, or in its own
        shown = [
            (label, figure)
            for label, figure in pairwise(lines)
            if counted.search(label) and re.fullmatch(r"[+−]?0(?:[.,]0+)?(?: .*)?", figure)
        ]
        assert shown == [], name
        assert not [one for one in lines if re.search(r"(?<![\d,.])0 (workers|employed)", one)], (
            name
        )


def test_a_page_that_shows_0_workers_would_be_found(result):
    zero = replace(no_workers(result), summary={**result.summary, "workers": 0})
    zero = replace(zero, zones=zero.zones.assign(workers_count=0.0))
    lines, _ = read_page(render_overview(zero, assets=BARE))
    assert lines[lines.index("Employed residents") + 1] == "0"

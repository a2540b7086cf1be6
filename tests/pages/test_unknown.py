"""What no row of the data states is unknown on every page, never 0."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo_planner.pages.brief.around import neighbour_section
from geo_planner.pages.brief.subject import subject_of
from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.pages.drawing.layers import drawn_zones
from geo_planner.pages.drawing.view import view_of
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

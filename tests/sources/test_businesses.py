"""Clusters by branch code: the packaged prefixes, their exceptions, and codes not to be trusted."""

import pandas as pd
import pytest

from geo_planner.errors import InputError
from geo_planner.sources.businesses import (
    CLUSTER_ORDER,
    assign_clusters,
    cluster_prefixes,
    clusters_of,
    normalise_branch_codes,
)


def workplaces(codes: list, standard: str | None = "DB07") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "business_id": [f"b{number}" for number in range(len(codes))],
            "branch_code": codes,
            "branch_standard": standard,
        }
    )


@pytest.mark.parametrize(
    ("code", "standard", "expected"),
    [
        ("212000", "DB07", {"life_science": "core"}),
        ("266010", "DB07", {"life_science": "core"}),
        ("721100", "DB07", {"life_science": "core"}),
        ("721000", "DB25", {}),
        ("721900", "DB07", {}),
        ("464610", "DB07", {"life_science": "extended"}),
        ("701010", "DB07", {}),
        ("641900", "DB07", {"finance": "core"}),
        ("642020", "DB07", {}),
        ("643030", "DB25", {}),
        ("651100", "DB25", {"finance": "core"}),
        ("620200", "DB07", {"it": "core"}),
        ("631100", "DB07", {"it": "core"}),
        ("639100", "DB07", {}),
        ("465100", "DB07", {"it": "extended"}),
        ("465100", "DB25", {}),
        ("465000", "DB25", {"it": "extended"}),
        ("111000", "DB07", {}),
    ],
)
def test_a_code_belongs_to_the_cluster_its_prefix_names(code, standard, expected):
    assert clusters_of(code, standard) == expected


def test_rows_get_cluster_and_set_aligned_to_their_index():
    frame = workplaces(["212000", None, "641900", "111000"]).set_index(pd.Index([9, 3, 5, 7]))
    result = assign_clusters(frame)
    assert result.index.tolist() == [9, 3, 5, 7]
    assert result["cluster"].fillna("").tolist() == ["life_science", "", "finance", ""]
    assert result["cluster_set"].fillna("").tolist() == ["core", "", "core", ""]
    assert "cluster" not in frame


def test_a_cluster_from_a_named_list_stays_and_the_code_speaks_in_also_in():
    frame = workplaces(["620200", "620200"]).assign(cluster=["finance", None])
    result = assign_clusters(frame)
    assert result["cluster"].tolist() == ["finance", "it"]
    assert result["also_in"].fillna("").tolist() == ["it", ""]


def test_codes_lose_their_dots_and_are_counted():
    frame, findings = normalise_branch_codes(
        workplaces(["21.20", "62.02.00", "620200", None]), source="cvr.csv"
    )
    assert frame["branch_code"].fillna("").tolist() == ["2120", "620200", "620200", ""]
    assert [(found.source, found.kind, found.count) for found in findings] == [
        ("cvr.csv", "repaired", 2)
    ]


def test_a_code_without_standard_is_refused_with_the_first_ids():
    with pytest.raises(InputError, match=r"1 branch code without branch_standard .*: b0 \('2120'"):
        assign_clusters(workplaces(["2120", None], standard=None))


@pytest.mark.parametrize("code", ["11100", "1.11", "111", "62", "1"])
def test_a_code_that_may_have_lost_its_zero_is_refused_not_guessed(code):
    with pytest.raises(InputError, match=r"a leading 0 may be lost \(11100 may be 011100\)"):
        assign_clusters(workplaces([code]))


def test_a_code_that_is_no_number_is_refused():
    with pytest.raises(InputError, match=r"1 branch code that is not digits: b0 \('unknown'\)"):
        assign_clusters(workplaces(["unknown"]))


def test_workplaces_without_codes_come_back_as_they_are():
    frame = pd.DataFrame({"business_id": ["a"]})
    assert assign_clusters(frame) is frame


def test_the_order_of_rows_changes_no_cluster():
    codes = [f"{line.prefix:0<6}" for line in cluster_prefixes() if line.standard == "DB07"]
    frame = workplaces(codes)
    turned = assign_clusters(frame.iloc[::-1]).sort_index()
    pd.testing.assert_frame_equal(assign_clusters(frame), turned)


def test_every_included_prefix_leads_to_its_cluster_unless_an_exception_names_it():
    for line in cluster_prefixes():
        found = clusters_of(f"{line.prefix:0<4}", line.standard)
        assert set(found) <= set(CLUSTER_ORDER)
        if not line.is_excluded:
            assert found[line.cluster] == line.cluster_set
        else:
            assert line.cluster not in found
            assert line.reason

"""Files of editors and of neighbours: what was deleted is gone, what is shared is taken once."""

from pathlib import Path

import pytest

from geo_planner.errors import SourceError
from geo_planner.sources.osm import read_osm, read_osm_files, require_streets
from geo_planner.sources.osm.copies import deleted_elements
from tests.sources.osm.osm_drawing import METRIC, Drawing


def _ways(extract) -> list[str]:
    return extract.tables["streets"]["osm_way_id"].tolist()


def _row(*numbers: int) -> Drawing:
    drawing = Drawing()
    for number in numbers:
        drawing.node(number, 1000 * number, 0)
    return drawing


@pytest.mark.parametrize("mark", ['action="delete"', "visible='false'", "action = 'delete'"])
def test_deleted_ways_are_no_streets(tmp_path: Path, mark: str) -> None:
    path = _row(1, 2).way(10, [1, 2]).way(11, [2, 1]).write(tmp_path)
    path.write_text(path.read_text().replace('<way id="11"', f'<way {mark} id="11"'))
    assert deleted_elements(path) == {"way": frozenset({11})}
    assert _ways(read_osm(path, METRIC)) == ["w10"]


def test_text_that_looks_like_a_mark_deletes_nothing(tmp_path: Path) -> None:
    path = (
        _row(1, 2).way(10, [1, 2], {"highway": "path", "note": "action='delete'"}).write(tmp_path)
    )
    path.write_text(path.read_text().replace("&apos;", "'"))
    assert deleted_elements(path) == {}


def test_nodes_after_their_ways_are_found_even_if_few_are(tmp_path: Path) -> None:
    drawing = _row(1, 2, 3, 4, 5).way(10, [1, 2, 3, 4, 5])
    text = drawing.text()
    late = next(line for line in text.splitlines() if 'node id="3"' in line)
    path = tmp_path / "late.osm"
    path.write_text(text.replace(f"{late}\n", "").replace("</osm>", f"{late}\n</osm>"))
    [length_m] = read_osm(path, METRIC).tables["streets"]["length_m"]
    assert length_m == pytest.approx(4000, rel=0.001)


def test_files_that_share_nodes_and_ways_become_one_network(tmp_path: Path) -> None:
    west = _row(1, 2, 3).way(10, [1, 2]).way(11, [2, 3]).write(tmp_path, "west.osm")
    east = _row(2, 3, 4).way(11, [2, 3]).way(12, [3, 4]).write(tmp_path, "east.osm.xml")
    extract = read_osm_files([west, east], METRIC)
    assert _ways(extract) == ["w10", "w11", "w12"]
    assert sorted(extract.tables["street_nodes"]["node_id"]) == ["n1", "n2", "n3", "n4"]


def test_a_way_cut_off_in_one_file_is_whole_with_the_other(tmp_path: Path) -> None:
    west = _row(1, 2).way(10, [1, 2, 3]).way(20, [1, 2]).write(tmp_path, "west.osm")
    east = _row(2, 3).way(10, [1, 2, 3]).write(tmp_path, "east.osm")
    streets = read_osm_files([west, east], METRIC).tables["streets"]
    lengths_m = streets.groupby("osm_way_id")["length_m"].sum()
    assert lengths_m["w10"] == pytest.approx(2000, rel=0.001)


def test_unsaved_numbers_of_two_files_are_not_taken_for_the_same(tmp_path: Path) -> None:
    west = _row(1).node(-1, 0, 500).way(10, [1, -1]).write(tmp_path, "west.osm")
    east = _row(2).node(-1, 9000, 500).way(11, [2, -1]).write(tmp_path, "east.osm")
    streets = read_osm_files([west, east], METRIC).tables["streets"]
    assert len(streets) == 2
    assert len({*streets["from_node"], *streets["to_node"]}) == 4


def test_a_file_without_streets_is_refused_before_it_is_joined(tmp_path: Path) -> None:
    path = _row(1, 2).way(10, [1, 2], {"waterway": "river"}).write(tmp_path)
    with pytest.raises(SourceError, match="holds no streets"):
        require_streets(path)

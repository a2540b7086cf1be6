"""Notebooks run from top to bottom and are kept without outputs."""

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks_and_none_holds_outputs():
    assert NOTEBOOKS
    for file in NOTEBOOKS:
        cells = nbformat.read(file, as_version=4).cells
        assert not any(cell.get("outputs") for cell in cells), file.name


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs_from_top_to_bottom(file, tmp_path, monkeypatch):
    # notebooks name paths from their own folder; what they write goes to a folder of the test
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data").symlink_to(file.parents[1] / "data")
    monkeypatch.chdir(tmp_path / "notebooks")
    names: dict[str, object] = {}
    cells = [c for c in nbformat.read(file, as_version=4).cells if c.cell_type == "code"]
    assert cells
    for cell in cells:
        exec(compile(cell.source, file.name, "exec"), names)  # noqa: S102 -- our own notebook
    assert len(names["ranking"]) == 13
    assert (tmp_path / "out" / "first_map.html").stat().st_size > 100_000

"""Notebooks run from top to bottom and are kept without outputs; docs/ holds copies with them."""

import nbformat
import pytest

from docs.render_notebooks import FOLDER, NOTEBOOKS, cells_of, prose_and_code, run_cells, workplace

MAX_COPY_BYTES = 300_000


def name_of(file):
    return file.stem


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Give all notebooks one folder to work in: what the first writes, the others read."""
    folder = tmp_path_factory.mktemp("notebooks")
    with workplace(folder):
        yield folder


@pytest.mark.parametrize("file", NOTEBOOKS, ids=name_of)
def test_a_notebook_holds_no_outputs(file):
    cells = nbformat.read(file, as_version=4).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.parametrize("file", NOTEBOOKS, ids=name_of)
def test_the_copy_of_a_notebook_says_what_the_notebook_says(file):
    copy = (FOLDER / f"{file.stem}.md").read_text("utf-8")
    told = [part for cell in cells_of(file) for part in prose_and_code(cell)]
    assert [part for part in told if part not in copy] == []


@pytest.mark.parametrize("file", NOTEBOOKS, ids=name_of)
def test_the_copy_of_a_notebook_has_pictures_and_is_small(file):
    pictures = sorted(FOLDER.glob(f"{file.stem}_*.png"))
    copy = FOLDER / f"{file.stem}.md"
    assert [p.name for p in pictures if f"({p.name})" not in copy.read_text("utf-8")] == []
    assert pictures
    assert sum(part.stat().st_size for part in (copy, *pictures)) <= MAX_COPY_BYTES


def test_no_copy_is_left_over():
    assert {file.stem for file in FOLDER.glob("*.md")} == {file.stem for file in NOTEBOOKS}


@pytest.mark.slow
@pytest.mark.parametrize("file", NOTEBOOKS, ids=name_of)
def test_a_notebook_runs_from_top_to_bottom(file, work):
    outputs, _ = run_cells(file)
    assert any(output.text for output in outputs)
    assert any(output.pictures for output in outputs)
    assert (work / "out" / "demo" / "summary.json").is_file()

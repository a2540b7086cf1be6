"""Write copies of the notebooks with output: run ``.venv/bin/python docs/render_notebooks.py``.

The copies in docs/notebooks are Markdown with small pictures, to be read without running anything.
Notebooks are run in a folder of their own, where ``data`` leads to the repository's and ``out`` is
shared by all; name a folder to keep what they write, and notebooks to run these alone.
"""

import argparse
import ast
import contextlib
import datetime as dt
import io
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import pandas as pd
from matplotlib import pyplot as plt
from PIL import Image

import geo_planner

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FOLDER = ROOT / "docs" / "notebooks"
_WIDE = (
    "display.width", 200, "display.max_rows", 40, "display.max_columns", 20,
    "display.max_colwidth", 90,
)  # fmt: skip
_DOTS_PER_INCH = 90
_COLOURS = 64


@dataclass
class Output:
    """Hold what one cell gave: its text, and its pictures with their titles, as PNG."""

    text: str = ""
    pictures: list[tuple[str, bytes]] = field(default_factory=list)


def main() -> None:
    """Run notebooks and write their copies."""
    parser = argparse.ArgumentParser(description="Run notebooks and write docs/notebooks.")
    parser.add_argument("notebooks", nargs="*", type=Path, help="Notebooks; default: all.")
    parser.add_argument("--work", type=Path, help="Folder to run in; default: one that goes.")
    asked = parser.parse_args()
    files = [file.resolve() for file in asked.notebooks] or NOTEBOOKS
    with contextlib.ExitStack() as stack:
        work = asked.work or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(workplace(work))
        for file in files:
            write_copy(file, run_cells(file)[0])


@contextlib.contextmanager
def workplace(folder: Path) -> Iterator[None]:
    """Work in ``folder/notebooks``, with the repository's data beside it and no screen."""
    here = folder.resolve() / "notebooks"
    here.mkdir(parents=True, exist_ok=True)
    for name in ("data", "docs"):
        if not (here.parent / name).exists():
            (here.parent / name).symlink_to(ROOT / name)
    before = mpl.get_backend()
    mpl.use("Agg")
    try:
        with contextlib.chdir(here):
            yield
    finally:
        mpl.use(before)


def cells_of(file: Path) -> list[Any]:
    """Read the cells of a notebook."""
    return list(nbformat.read(file, as_version=4).cells)


def run_cells(file: Path) -> tuple[list[Output], dict[str, Any]]:
    """Run the code cells of a notebook from top to bottom, in the current folder.

    Returns
    -------
    tuple
        What each code cell gave, and the names there are at the end.
    """
    names: dict[str, Any] = {}
    codes = [cell.source for cell in cells_of(file) if cell.cell_type == "code"]
    return [_run(code, file.name, names) for code in codes], names


def _run(code: str, name: str, names: dict[str, Any]) -> Output:
    """Run a cell; as in a notebook its last expression is shown, and every picture."""
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), pd.option_context(*_WIDE):
        exec(compile(tree, name, "exec"), names)  # noqa: S102 -- our own notebook
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), names)  # noqa: S307
            if value is not None:
                print(value)  # noqa: T201 -- what the notebook shows
    pictures = [_picture(plt.figure(number)) for number in plt.get_fignums()]
    plt.close("all")
    return Output(printed.getvalue(), pictures)


def _picture(figure: Any) -> tuple[str, bytes]:
    """Draw a figure as a PNG of few colours; its title stands for it in words."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=_DOTS_PER_INCH, bbox_inches="tight")
    whole = Image.open(drawn).convert("RGB")
    whole.quantize(_COLOURS, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return figure.axes[0].get_title(), small.getvalue()


def write_copy(file: Path, outputs: list[Output]) -> None:
    """Write the copy of a notebook and its pictures, in place of an earlier one."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob(f"{file.stem}_*.png"):
        old.unlink()
    parts, left = [_head(file)], list(outputs)
    names = (f"{file.stem}_{number}.png" for number in count(1))
    for cell in cells_of(file):
        parts += prose_and_code(cell)
        if cell.cell_type == "code":
            parts += _shown(left.pop(0), names)
    (FOLDER / f"{file.stem}.md").write_text("\n\n".join(parts) + "\n", "utf-8")


def _head(file: Path) -> str:
    day = dt.datetime.now(dt.UTC).date()
    return (
        f"<!-- Made by docs/render_notebooks.py. Do not edit: change notebooks/{file.name}. -->\n\n"
        f"*[notebooks/{file.name}](../../notebooks/{file.name}) as run on {day.day} {day:%B %Y} "
        f"with geo_planner {geo_planner.__version__}.*"
    )


def prose_and_code(cell: Any) -> list[str]:
    """Lay out a cell without its output; links are those of a page in docs/notebooks."""
    if cell.cell_type == "code":
        return [f"```python\n{cell.source}\n```"]
    return [re.sub(r"\]\(\.\./docs/notebooks/", "](", cell.source).replace("](../docs/", "](../")]


def _shown(output: Output, names: Iterator[str]) -> list[str]:
    parts = []
    if output.text.strip():
        parts.append(f"```text\n{output.text.rstrip()}\n```".replace(os.fspath(Path.cwd()), "."))
    for title, picture in output.pictures:
        name = next(names)
        (FOLDER / name).write_bytes(picture)
        parts.append(f"![{title}]({name})")
    return parts


if __name__ == "__main__":
    main()

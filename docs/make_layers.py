"""Draw the layers of the library from the import contract: run ``python -m docs.make_layers``.

Each row of the picture imports only from the rows below it. A test makes the picture again and
fails where the committed one differs.
"""

import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "pictures" / "layers.svg"
COMMAND = ".venv/bin/python -m docs.make_layers"

_WIDTH, _ROW, _GAP, _MARGIN = 900, 34, 6, 12
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1c2733}.note{font-size:11px;fill:#5b6b7b}"
    "rect{fill:#eef3f8;stroke:#8aa0b5}.later{stroke-dasharray:4 3;fill:#fff}"
)


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(picture(), "utf-8")


def layers() -> list[list[str]]:
    """Read the rows of the contract, the upmost first; names in parentheses are still to come."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (rows,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return [[name.strip() for name in row.split("|")] for row in rows]


def picture() -> str:
    """Draw every row as boxes, with what each module that stands alone is for."""
    rows = layers()
    height = 2 * _MARGIN + len(rows) * (_ROW + _GAP) - _GAP
    boxes = [
        box
        for number, row in enumerate(rows)
        for box in _boxes(row, _MARGIN + number * (_ROW + _GAP))
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="Layers of geo_planner; each row imports only from the rows below it">'
    )
    return "\n".join([head, f"<style>{_STYLE}</style>", *boxes, "</svg>", ""])


def _boxes(row: list[str], top: int) -> list[str]:
    width = (_WIDTH - 2 * _MARGIN - (len(row) - 1) * _GAP) / len(row)
    found = []
    for place, name in enumerate(row):
        left = _MARGIN + place * (width + _GAP)
        module = name.strip("()")
        kind = ' class="later"' if module != name else ""
        meaning = "to come" if kind else purpose(module)
        note = f' <tspan class="note" dx="8">{escape(meaning)}</tspan>' if len(row) == 1 else ""
        found.append(
            f'<g><title>{escape(meaning)}</title><rect{kind} x="{left:g}" y="{top}" '
            f'width="{width:g}" height="{_ROW}" rx="4"/>'
            f'<text x="{left + 10:g}" y="{top + 22}">{escape(module)}{note}</text></g>'
        )
    return found


def purpose(module: str) -> str:
    """Give the first line of a module's docstring; of a room without one, nothing."""
    folder = ROOT / "geo_planner" / module
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    first = file.read_text("utf-8").partition("\n")[0]
    return first.strip('"') if first.startswith('"""') else ""


if __name__ == "__main__":
    main()

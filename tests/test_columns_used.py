"""No column of a region is read and then used nowhere."""

import ast
from pathlib import Path

import geo_planner
from geo_planner.schema import tables

PACKAGE = Path(geo_planner.__file__).parent
# rooms that bring columns into a region: to write a column there is not to use it
READS_INTO_A_REGION = ("sources", "schema.py")
# what a column is there for besides a figure: to find a row again in its register, or to be
# handed on with the region
NOT_FOR_FIGURES = {
    "street_nodes": {"barrier"},
    "turn_restrictions": {"restriction_id"},
    "rails": {"rail_id", "usage"},
    "lines": {"operator"},
    "localities": {"locality_id"},
    "stops": {"stop_code", "platform_code"},
    "routes": {"route_color"},
    "pathways": {"pathway_id", "pathway_mode"},
    "businesses": {"also_in"},
}


def names_used():
    """Collect what code after the region speaks of: texts, attributes, arguments, name stems.

    A stem begins a name that is put together, as ``blocks_`` with a mode.
    """
    names, stems = set(), set()
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in READS_INTO_A_REGION:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
            elif isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.keyword) and node.arg:
                names.add(node.arg)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                stems.add(str(node.values[0].value))
    return names, tuple(stem for stem in stems if stem.isidentifier() and stem.endswith("_"))


def is_unused(column, used, stems):
    return column not in used and not column.startswith(stems)


def test_every_column_is_used_after_it_is_read():
    used, stems = names_used()
    unused = {
        name: {column.name for column in table.attributes if is_unused(column.name, used, stems)}
        for name, table in tables().items()
    }
    assert {name: columns for name, columns in unused.items() if columns} == NOT_FOR_FIGURES

"""Every code that the program names stands in the table, with the figures that its text takes."""

import ast
from pathlib import Path

import geo_planner
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import reason_gaps

ROOT = Path(geo_planner.__file__).parent
FILES = [*ROOT.rglob("*.py"), *(ROOT.parent / "api").rglob("*.py")]
TREES = [ast.parse(file.read_text("utf-8")) for file in sorted(FILES)]
_BUILT = (
    "gtfs_no_",
    "misfit_",
    "ask_",
    "area_in_",
    "hint_",
)  # put together from a part that varies
_OF_PYDANTIC = "_value"


def calls():
    """Give every call that makes a reason of a code written out."""
    for tree in TREES:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            code = node.args[0]
            if name in {"Reason", "sentence", "unfit_value"} and isinstance(code, ast.Constant):
                yield node, str(code.value)


def texts():
    """Give all texts of the code, and the codes that packaged tables name."""
    in_code = {
        node.value
        for tree in TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = (("constraint_kinds", "condition"), ("plausible_values", "hint"))
    return in_code | {row[column] for name, column in named for row in packaged_rows(name)}


def test_every_code_written_out_is_given_the_figures_of_its_text():
    wrong = []
    for node, code in calls():
        names = [keyword.arg for keyword in node.keywords]
        gaps = reason_gaps().get(code)
        if gaps is None or (None not in names and gaps != set(names)):
            wrong.append((code, names))
    assert wrong == []
    assert sum(1 for _ in calls()) > 150


def said_as_text(node):
    """Tell whether a call says what happened by a text instead of by a code."""
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    place = {"Finding": 3, "note": 0, "Refused": 0}.get(name)
    if place is None or len(node.args) <= place:
        return False
    what = node.args[place]
    return isinstance(what, ast.JoinedStr) or isinstance(getattr(what, "value", None), str)


def test_no_finding_note_or_refusal_is_a_plain_text():
    nodes = [node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert [ast.unparse(node) for node in nodes if said_as_text(node)] == []


def test_every_code_of_the_table_is_named_by_the_program():
    named = texts()
    unnamed = [
        code
        for code in reason_gaps()
        if code not in named
        and not code.startswith(_BUILT)
        and not code.endswith((_OF_PYDANTIC, "_short"))
    ]
    assert unnamed == []

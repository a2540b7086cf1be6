"""Packages that import names when they are first used: the lists agree, and little is read."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
LAZY = [
    "geo_planner." + file.parent.name
    for file in sorted((PROJECT / "geo_planner").glob("*/__init__.py"))
    if "names_on_use(" in file.read_text("utf-8")
]
SLOW = {"numba", "scipy.stats", "osmium", "networkx", "rasterio", "folium"}
# what each command imports, after which it only reads what lies in the folder
COMMANDS = {
    "portfolio": "geo_planner.cli.subject, geo_planner.analysis.result, geo_planner.exports, "
    "geo_planner.portfolio",
    "policy": "geo_planner.analysis.goals, geo_planner.analysis.result, geo_planner.exports, "
    "geo_planner.policy, geo_planner.policy.text",
    "serve": "api.server",
}


def for_type_checkers(package):
    """Read the names a package imports for type checkers, by the module they lie in."""
    tree = ast.parse((PROJECT / package.replace(".", "/") / "__init__.py").read_text("utf-8"))
    blocks = [node.body for node in tree.body if isinstance(node, ast.If)]
    return {
        alias.name: node.module
        for block in blocks
        for node in block
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_there_are_packages_to_look_at():
    assert len(LAZY) >= 6


@pytest.mark.parametrize("package", LAZY)
def test_every_name_is_the_one_its_module_has(package):
    module = importlib.import_module(package)
    typed = for_type_checkers(package)
    assert set(typed) <= set(module.__all__)
    for name in module.__all__:
        found = getattr(module, name)
        if name in typed:
            assert found is getattr(importlib.import_module(typed[name]), name)


@pytest.mark.parametrize("package", LAZY)
def test_no_name_is_that_of_a_module_which_would_hide_it(package):
    folder = PROJECT / package.replace(".", "/")
    assert not {file.stem for file in folder.glob("*.py")} & set(for_type_checkers(package))


def test_a_name_that_is_not_there_is_an_error_of_the_language():
    with pytest.raises(AttributeError, match=r"module 'geo_planner.analysis' has no .* 'absent'"):
        importlib.import_module("geo_planner.analysis").absent  # noqa: B018


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_on_a_run_imports_no_library_that_only_computing_needs(command):
    asked = f"import sys, {COMMANDS[command]}; print(*({SLOW!r} & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert ran.stdout.split() == []


def test_figures_of_the_policy_that_are_kept_are_given_without_a_library_that_computes():
    code = (
        "import sys, types, pandas; from geo_planner.analysis.goals import policy_of; "
        "kept = pandas.DataFrame({'indicator': ['x']}); "
        "assert policy_of(types.SimpleNamespace(details={'policy': kept})) is kept; "
        f"print(*({SLOW!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []

"""What is installed: one wheel that can serve, dependencies that are used, hints that help."""

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import httpx
import pytest

from geo_planner.cli.serve import service_package
from geo_planner.errors import SourceError
from tests.api.services import start_service
from tests.pages.small_town import write_town

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# read as data by the standard library's zoneinfo, where the system has none
# loaded by name: of a time zone, of a database, of the dashboard of Dask
NEVER_IMPORTED = {"tzdata", "psycopg", "bokeh"}


def names_of(requirements: list[str]) -> set[str]:
    """List the distributions that requirements name, those of our own extras resolved."""
    found: set[str] = set()
    for requirement in requirements:
        own = re.match(r"geo_planner\[(.*)\]", requirement)
        if own:
            found |= names_of([line for extra in own[1].split(",") for line in EXTRAS[extra]])
        else:
            found.add(normal(re.match(r"[\w.-]+", requirement)[0]))
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported_by(folder: Path) -> set[str]:
    """List the distributions that the modules of a folder import."""
    homes = packages_distributions()
    roots = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                roots |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                roots.add(str(node.module).partition(".")[0])
    others = roots - set(sys.stdlib_module_names) - {"geo_planner"}
    return {normal(homes[root][0]) for root in others}


USERS_EXTRAS = [name for name in EXTRAS if name not in ("all", "dev")]


def test_every_dependency_is_imported_and_every_import_is_a_dependency():
    stated = names_of([*PROJECT["dependencies"], f"geo_planner[{','.join(USERS_EXTRAS)}]"])
    used = imported_by(ROOT / "geo_planner") | imported_by(ROOT / "api")
    assert stated - used == NEVER_IMPORTED
    assert used - stated == set()


def test_the_service_needs_nothing_beyond_its_extra():
    stated = names_of([*PROJECT["dependencies"], "geo_planner[api]"])
    assert imported_by(ROOT / "api") - stated == set()
    assert {"folium", "jinja2"} <= stated  # the pages it shows


def test_the_extra_all_holds_every_other_extra():
    assert names_of(EXTRAS["all"]) == names_of([f"geo_planner[{','.join(USERS_EXTRAS)}]"])


def test_a_foreign_package_named_api_is_never_served(tmp_path, monkeypatch):
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "__init__.py").write_text("raise SystemExit('foreign')\n")
    monkeypatch.delitem(sys.modules, "api", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SourceError, match="install geo_planner anew"):
        service_package()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index",
         "--quiet", "--disable-pip-version-check", "--wheel-dir", folder, ROOT],
        check=True,
    )  # fmt: skip
    (made,) = folder.glob("*.whl")
    return made


@pytest.mark.slow
def test_the_wheel_holds_library_and_service_under_names_of_our_own(wheel):
    with zipfile.ZipFile(wheel) as content:
        names = content.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "geo_planner", "geo_planner_api"
    }  # fmt: skip
    assert "geo_planner/py.typed" in names
    assert {f"geo_planner_api/{file.name}" for file in (ROOT / "api").glob("*.py")} <= set(names)


@pytest.mark.slow
def test_an_installed_wheel_serves_pages_outside_the_repository(wheel, tmp_path):
    fresh = tmp_path / "fresh"
    venv.create(fresh, symlinks=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", fresh / "bin" / "python", "install", "--no-deps",
         "--no-index", "--quiet", "--disable-pip-version-check", wheel],
        check=True,
    )  # fmt: skip
    # the dependencies are those of this environment; its own link to the repository is not read
    site = next((fresh / "lib").glob("python3*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    asked = [fresh / "bin" / "python", "-c", "import geo_planner_api as a; print(a.__file__)"]
    answer = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(answer.stdout.strip()).is_relative_to(fresh)
    region = write_town(tmp_path / "region", ("study_area",))
    started = start_service(region.path, command=[fresh / "bin" / "geo-planner"], folder=tmp_path)
    try:
        with httpx.Client(base_url=started.address) as client:
            assert client.get("/health").json()["status"] == "ok"
            page = client.get("/").text
    finally:
        code, errors = started.stop()
    assert "<html" in page
    assert (code, "Traceback" in errors) == (0, False)

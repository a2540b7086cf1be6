"""The documentation keeps its promises: made pages are fresh, names, links and commands exist."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest

import geo_planner
from docs import make_layers, make_reference
from geo_planner.config import Job, Study, read_job, with_base
from geo_planner.region.build import build_region
from geo_planner.schema import tables
from tests.test_predicted_town import grid_town

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
REFERENCE = make_reference.FOLDER
WRITTEN = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    DOCS / "README.md",
    *sorted((DOCS / "guide").glob("*.md")),
]
ALL_PAGES = [*WRITTEN, ROOT / "CHANGELOG.md", *sorted(REFERENCE.glob("*.md"))]
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MAX_PICTURE_BYTES = 400_000


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def blocks(file: Path, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(file.read_text("utf-8")) if kind == language]


def anchors(file: Path) -> set[str]:
    """List the anchors of a page as GitHub makes them from headings."""
    text = CODE.sub("", file.read_text("utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def shell_lines() -> list[tuple[str, str]]:
    """List every line of the shell blocks, with the page it stands in."""
    return [
        (name_of(file), line.partition("  #")[0].strip())
        for file in WRITTEN
        for block in blocks(file, "sh")
        for line in block.replace("\\\n", " ").splitlines()
        if line.strip()
    ]


def option_names(command) -> set[str]:
    return {name for p in command.params for name in [*p.opts, *p.secondary_opts] if name[0] == "-"}


@pytest.mark.parametrize("name", make_reference.pages())
def test_a_reference_page_is_what_the_code_says(name):
    file = REFERENCE / name
    committed = file.read_text("utf-8") if file.is_file() else ""
    # compared outside the assert: the difference of two long pages is slow to draw
    is_fresh = committed == make_reference.pages()[name]
    assert is_fresh, f"{name_of(file)} is out of date: run `{make_reference.COMMAND}`"


def test_the_picture_of_the_layers_is_what_the_import_contract_says():
    is_fresh = make_layers.PICTURE.read_text("utf-8") == make_layers.picture()
    assert is_fresh, f"the picture is out of date: run `{make_layers.COMMAND}`"


def test_every_layer_is_drawn_in_its_row():
    rows = {}
    for top, name in re.findall(r' y="(\d+)" width.*?<text[^>]*>(\w+)', make_layers.picture()):
        rows.setdefault(int(top), []).append(name)
    drawn = [rows[top] for top in sorted(rows)]
    assert drawn == [[name.strip("()") for name in row] for row in make_layers.layers()]


def test_make_help_lists_every_target_with_what_it_does():
    text = (ROOT / "Makefile").read_text("utf-8")
    named = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())
    listed = subprocess.run(
        ["make", "-C", ROOT, "help"], capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"^  make ([\w-]+) +\S", listed, re.MULTILINE)) == named


def test_the_quick_tests_are_there():
    text = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    places = re.search(r"^FAST := (.*)$", text, re.MULTILINE)[1].split()
    assert len(places) > 3
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_the_citation_names_the_version_and_licence():
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.search(r"^version: (.*)$", text, re.MULTILINE)[1] == geo_planner.__version__
    assert re.search(r"^license: (.*)$", text, re.MULTILINE)[1] == "MIT"


def test_files_that_contributors_are_sent_to_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(
        re.findall(
            r"`((?:geo_planner|tests|docs|api|analysis|config|scenario|region)/[\w./]*)`", text
        )
    )
    assert len(named) > 8
    places = (ROOT, ROOT / "geo_planner")
    assert [n for n in sorted(named) if not any((place / n).exists() for place in places)] == []


def test_no_reference_page_is_left_over():
    assert {file.name for file in REFERENCE.iterdir()} == set(make_reference.pages())


@pytest.mark.parametrize("name", make_reference.commands())
def test_a_command_and_its_options_are_documented(name):
    page = (REFERENCE / "commands.md").read_text("utf-8")
    section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    command = make_reference.commands()[name]
    assert section
    assert command.help
    for parameter in command.params:
        assert parameter.help, parameter.name
    assert {option for option in option_names(command) if f"`{option}`" not in section} == set()


def test_every_command_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")
    cells = re.findall(r"^\| (`[^|]+`) \|", readme, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    assert [name for name in make_reference.commands() if name not in named] == []


@pytest.mark.parametrize("error", make_reference.error_classes())
def test_an_error_is_documented_and_drawn_in_the_tree(error):
    page = (REFERENCE / "errors.md").read_text("utf-8")
    tree, _, rows = page.partition("\n| error |")
    assert re.search(rf"\b{error.__name__}\b", tree)
    assert f"| `{error.__name__}` |" in rows


def test_every_table_and_column_is_documented():
    page = (REFERENCE / "tables.md").read_text("utf-8")
    for table in tables().values():
        section = page.partition(f"\n## {table.name}\n")[2].partition("\n## ")[0]
        for column in table.columns:
            assert re.search(rf"^\| (\*\*)?{column}(\*\*)? \|", section, re.MULTILINE), column


def test_every_key_of_a_study_is_documented_and_described():
    page = (REFERENCE / "study-keys.md").read_text("utf-8")
    schema = Study.model_json_schema()
    models = {name: model for name, model in schema["$defs"].items() if name != "Sources"}
    for name, model in models.items():
        for key, node in model["properties"].items():
            assert f"| `{key}` |" in page, f"{name}.{key}"
            assert node.get("description") or "$ref" in node, f"{name}.{key} has no description"


def test_every_key_of_a_job_is_documented_and_described():
    page = (REFERENCE / "job-keys.md").read_text("utf-8")
    schema = Job.model_json_schema()
    kinds = schema["properties"]["measures"]["items"]["discriminator"]["mapping"].values()
    models = {place: schema["$defs"][place.rpartition("/")[2]] for place in kinds}
    assert len(models) > 4
    for name, model in {"Job": schema, **models}.items():
        for key, node in model["properties"].items():
            assert f"| `{key}` |" in page, f"{name}.{key}"
            assert node.get("description") or "const" in node, f"{name}.{key} has no description"


def test_the_job_of_the_guide_is_the_one_that_lies_there_and_is_valid():
    (text,) = blocks(DOCS / "guide" / "batch.md", "toml")
    file = ROOT / "data" / "studies" / "jobs" / "demo.toml"
    assert file.read_text("utf-8").partition("\n")[2] == text
    job = read_job(file)
    assert [path.exists() for path in job.scenarios] == [True]
    assert Path(job.measures[2].destinations).exists()


def test_every_public_name_is_documented():
    page = (REFERENCE / "python.md").read_text("utf-8")
    assert [name for name in geo_planner.__all__ if f"## geo_planner.{name}\n" not in page] == []


@pytest.mark.parametrize("file", ALL_PAGES, ids=name_of)
def test_links_lead_somewhere(file):
    text = CODE.sub("", file.read_text("utf-8"))
    broken = []
    for link in LINK.findall(text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_commands_in_guides_exist_with_their_options():
    whole = make_reference.commands()
    wrong = []
    for page, line in shell_lines():
        words = shlex.split(line)
        if not words or not words[0].endswith("geo-planner"):
            continue
        name, *rest = words[1:]
        if rest and f"{name} {rest[0]}" in whole:
            name = f"{name} {rest.pop(0)}"
        if name not in whole:
            wrong.append(f"{page}: no command {name}")
            continue
        used = {word for word in rest if word.startswith("--")}
        wrong += [f"{page}: {name} has no {o}" for o in used - option_names(whole[name])]
    assert wrong == []


def test_make_targets_and_files_in_guides_exist():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {target for _, line in shell_lines() for target in re.findall(r"^make ([\w-]+)", line)}
    written = "".join(file.read_text("utf-8") for file in WRITTEN)
    assert named | set(re.findall(r"`make ([\w-]+)`", written)) <= targets
    files = {word for _, line in shell_lines() for word in re.findall(r"data/[\w./]+\.\w+", line)}
    assert [f for f in sorted(files) if not (ROOT / f).exists() and "mine" not in f] == []


def test_every_python_example_compiles():
    examples = [(name_of(file), text) for file in WRITTEN for text in blocks(file, "python")]
    assert examples
    for page, text in examples:
        compile(text, page, "exec")


@pytest.mark.slow
def test_the_travel_time_example_runs(tmp_path, monkeypatch, capsys):
    study = Study.model_validate(
        {
            "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
            "sources": {"osm": [{"path": grid_town().write(tmp_path)}]},
        }
    )
    build_region(study, tmp_path / "out" / "demo" / "region")
    monkeypatch.chdir(tmp_path)
    (example,) = [
        text for text in blocks(DOCS / "guide" / "analyst.md", "python") if "Travel(" in text
    ]
    exec(compile(example, "analyst.md", "exec"), {})  # noqa: S102 -- our own example
    assert "travel_time_s" in capsys.readouterr().out


def test_study_examples_are_valid_and_name_files_that_exist():
    stepwise = "\n".join(reversed(blocks(DOCS / "guide" / "planner.md", "toml")))
    examples = [*blocks(DOCS / "guide" / "study-file.md", "toml"), stepwise]
    for text in examples:
        content = {"study": {"id": "x", "name": "X"}} | tomllib.loads(text)
        study = with_base(Study.model_validate(content), ROOT / "data" / "studies")
        listed = study.sources
        sources = [*listed.osm, *listed.gtfs, *listed.gbfs, *listed.layers]
        for source in sources:
            assert source.path is None or source.path.exists(), source.path


def test_the_readme_is_short_and_pictures_are_small():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150
    pictures = sorted((DOCS / "pictures").iterdir())
    assert pictures
    assert [p.name for p in pictures if p.stat().st_size > MAX_PICTURE_BYTES] == []


@pytest.mark.parametrize("file", DECISIONS, ids=name_of)
def test_a_decision_is_short_numbered_and_dated(file):
    text = file.read_text("utf-8")
    assert len(text.splitlines()) <= 40
    assert text.startswith(f"# {int(file.name[:4])}. ")
    assert re.search(r"^\d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    for heading in ("Context.", "Choice.", "Rejected.", "Consequence."):
        assert f"**{heading}**" in text

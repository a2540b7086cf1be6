"""Make the reference pages from the code: run ``.venv/bin/python docs/make_reference.py``.

Every page is text made from what the program itself reads: the table descriptions, the settings
models, the commands, the error classes, the packaged numbers and the public names. A test makes
the pages again and fails where a committed one differs.
"""

import csv
import importlib
import inspect
import json
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import typer

import geo_planner
from api.settings import ServiceSettings
from geo_planner import errors, schema
from geo_planner.cli import app
from geo_planner.config import Job, Study
from geo_planner.finder.assumptions import KEYS_PAGE, Assumptions
from geo_planner.scenario import scenario_schema

FOLDER = Path(__file__).resolve().parent / "reference"
COMMAND = ".venv/bin/python docs/make_reference.py"
_MADE = (
    f"<!-- Made by docs/make_reference.py. Do not edit: change the code and run `{COMMAND}`. -->"
)

_TABLE_FILE = "tables.csv"
_WORDS_FILE = "ui_words.csv"

# what the guides use beside the names of the package itself
_FURTHER_NAMES = (
    "compare.summary_of",
    "isochrone.Isochrone",
    "itinerary.legs_frame",
    "networks.street.osmnx_graph.to_osmnx",
    "portfolio.PortfolioLimits",
    "report.write_map",
    "scenario.list_scenarios",
    "siting.what_would_make_first",
    "sources.vector.points.read_points",
    "exports.write_table",
)

_TYPE_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
}
_FORMAT_WORDS = {"path": "path", "date": "date", "date-time": "local date and time"}
_BOUND_WORDS = {
    "exclusiveMinimum": "more than {}",
    "minimum": "at least {}",
    "exclusiveMaximum": "less than {}",
    "maximum": "at most {}",
    "pattern": "matches `{}`",
}
_OPTION_WORDS = {int: "whole number", float: "number", str: "text", Path: "path", bool: ""}
_LIST_ORIGINS = (list, tuple)


def main() -> None:
    """Write every page that differs."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")


@cache
def pages() -> dict[str, str]:
    """Make every page, by file name."""
    return {
        "README.md": _index_page(),
        "tables.md": _tables_page(),
        "study-keys.md": _study_page(),
        "job-keys.md": _job_page(),
        KEYS_PAGE: _assumptions_page(),
        "service-settings.md": _service_page(),
        "commands.md": _commands_page(),
        "errors.md": _errors_page(),
        "defaults.md": _defaults_page(),
        "python.md": _python_page(),
        "study.schema.json": _json_text(Study.model_json_schema()),
        "scenario.schema.json": _json_text(scenario_schema()),
    }


def _json_text(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _page(title: str, *blocks: str) -> str:
    return "\n\n".join([f"# {title}", _MADE, *(block for block in blocks if block)]) + "\n"


def _grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lay out a Markdown table; bars and line breaks inside cells are made harmless."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())


def _first_line(documented: Any) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0].replace("``", "`")


def _index_page() -> str:
    rows = [
        ("[tables.md](tables.md)", "every table of a region, every column with type and unit"),
        ("[study-keys.md](study-keys.md)", "every key of a study file"),
        ("[study.schema.json](study.schema.json)", "the same as JSON schema, for editors"),
        ("[job-keys.md](job-keys.md)", "every key of the job of a batch"),
        (f"[{KEYS_PAGE}]({KEYS_PAGE})", "every key of the assumptions of an appraisal"),
        ("[scenario.schema.json](scenario.schema.json)", "every key of a scenario file"),
        ("[service-settings.md](service-settings.md)", "every setting of the service"),
        ("[commands.md](commands.md)", "every command and option"),
        ("[errors.md](errors.md)", "every error, and the exit codes"),
        ("[defaults.md](defaults.md)", "every number that is a choice, with its source"),
        ("[python.md](python.md)", "the public Python names"),
    ]
    return _page(
        "Reference", "Made from the code; a test keeps it so.", _grid(["page", "what"], rows)
    )


# --- tables


def _tables_page() -> str:
    known = schema.tables()
    links = ", ".join(f"[{name}](#{name})" for name in known)
    intro = (
        "A region is a folder of these tables; absent ones are empty. Lengths are metres in the "
        "region's own metric CRS, times are seconds, speeds metres per second, shares lie in "
        "[0, 1]. Missing is null, never 0. A bold column is part of the key."
    )
    return _page("Tables", intro, links, *(_table_block(table) for table in known.values()))


def _table_block(table: schema.Table) -> str:
    rows = [
        (
            f"**{column.name}**" if column.is_key else column.name,
            column.dtype.lower(),
            column.unit,
            "may be null" if column.is_nullable else "",
            _column_bounds(column),
            column.meaning,
        )
        for column in table.columns.values()
    ]
    head = ["column", "type", "unit", "null", "allowed", "meaning"]
    return f"## {table.name}\n\nOne row is {table.meaning}.\n\n{_grid(head, rows)}"


def _column_bounds(column: schema.Column) -> str:
    parts = [", ".join(column.allowed)]
    if column.minimum is not None:
        parts.append(f"at least {column.minimum:g}")
    if column.maximum is not None:
        parts.append(f"at most {column.maximum:g}")
    return "; ".join(part for part in parts if part)


# --- study file


def _study_page() -> str:
    whole = Study.model_json_schema()
    intro = (
        "A study is one TOML file; [study-file.md](../guide/study-file.md) writes one step by "
        "step. Keys that are not listed here are refused. Paths are relative to the study file. "
        "Names end in the unit. Secrets belong to the environment and are refused in the file."
    )
    blocks = [_model_block(place, node) for place, node in _sections(whole, whole["$defs"])]
    return _page("Study keys", intro, *blocks)


def _assumptions_page() -> str:
    whole = Assumptions.model_json_schema()
    intro = (
        "Assumptions are one TOML file, which `geo-planner feasibility` appraises sites by; "
        "`geo-planner feasibility --example FILE` writes one of made-up numbers. Keys that are not "
        "listed here are refused. A figure is one number, or a range: `[low, likely, high]`."
    )
    places = {
        "uses.USE": "UseAssumptions",
        "parking.KIND": "ParkingAssumptions",
        "planning_years": "PlanningYears",
    }
    blocks = [_model_block(place, whole["$defs"][name]) for place, name in places.items()]
    return _page("Assumption keys", intro, _model_block("assumptions", whole), *blocks)


def _job_page() -> str:
    whole = Job.model_json_schema()
    intro = (
        "A job is one TOML file, which `geo-planner batch` does; [batch.md](../guide/batch.md) "
        "shows one. Keys that are not listed here are refused. Paths are relative to the job file. "
        "`travel` takes the keys of [`travel`](study-keys.md#travel) of a study."
    )
    kinds = whole["properties"]["measures"]["items"]["discriminator"]["mapping"]
    blocks = [
        _model_block(f'[[measures]] kind = "{kind}"', whole["$defs"][place.rpartition("/")[2]])
        for kind, place in kinds.items()
    ]
    return _page("Job keys", intro, _model_block("job", whole), *blocks)


def _service_page() -> str:
    whole = ServiceSettings.model_json_schema()
    prefix = ServiceSettings.model_config["env_prefix"]
    rows = [
        (f"`{prefix}{key.upper()}`", _kind(node), _default(node), node.get("description", ""))
        for key, node in whole["properties"].items()
        if key != "folders"
    ]
    intro = (
        "Settings of `geo-planner serve`, given by the environment. Options of the command go "
        "before them. [hosting.md](../guide/hosting.md) says how the service is run for others."
    )
    head = ["variable", "value", "default", "meaning"]
    return _page("Settings of the service", intro, _grid(head, rows))


def _sections(
    node: Mapping[str, Any], defs: Mapping[str, Any], place: str = ""
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk the settings depth first: the place in the file, and the model that stands there."""
    for key, value in node["properties"].items():
        for model, mark in _models_in(value):
            dotted = f"{place}.{key}" if place else key
            child = defs[model]
            if any(not list(_models_in(leaf)) for leaf in child["properties"].values()):
                yield mark.format(dotted), child
            yield from _sections(child, defs, dotted)


def _models_in(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name the models a key holds, and how TOML writes them."""
    if "$ref" in node:
        yield node["$ref"].rpartition("/")[2], "[{}]"
    for part in node.get("anyOf", ()):
        yield from _models_in(part)
    if "items" in node:
        yield from ((model, "[[{}]]") for model, _ in _models_in(node["items"]))
    if isinstance(node.get("additionalProperties"), Mapping):
        found = _models_in(node["additionalProperties"])
        yield from ((model, "{}.<column>") for model, _ in found)


def _model_block(place: str, model: Mapping[str, Any]) -> str:
    required = model.get("required", ())
    rows = [
        (
            f"`{key}`",
            _kind(node),
            "required" if key in required else _default(node),
            node.get("description", ""),
        )
        for key, node in model["properties"].items()
    ]
    words = model.get("description", "").replace("``", "`")
    return f"## `{place}`\n\n{words}\n\n{_grid(['key', 'value', 'default', 'meaning'], rows)}"


def _kind(node: Mapping[str, Any]) -> str:
    """Say in words what a key may hold."""
    if "anyOf" in node:
        parts = [_kind(part) for part in node["anyOf"] if part.get("type") != "null"]
        return " or ".join(dict.fromkeys(parts))
    if "enum" in node or "const" in node:
        return ", ".join(f"`{value}`" for value in node.get("enum", [node.get("const")]))
    if node.get("type") == "array":
        inner = node.get("items") or next(iter(node.get("prefixItems", [{}])))
        return f"list of: {_kind(inner)}"
    if node.get("type") == "object":
        return f"table of: {_kind(node['additionalProperties'])}"
    return _plain_kind(node)


def _plain_kind(node: Mapping[str, Any]) -> str:
    if "$ref" in node or "oneOf" in node:
        return "table of keys, see below"
    words = _FORMAT_WORDS.get(node.get("format", ""), _TYPE_WORDS.get(node.get("type", ""), ""))
    bounds = [text.format(node[key]) for key, text in _BOUND_WORDS.items() if key in node]
    return ", ".join([words, *bounds])


def _default(node: Mapping[str, Any]) -> str:
    value = node.get("default")
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key} = {json.dumps(part)}" for key, part in value.items())
        return f"`{{ {inside} }}`"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


# --- commands


def commands() -> Mapping[str, Any]:
    """Give the commands of the command line, by name; those of a group with its name before."""
    found: dict[str, Any] = {}
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        parts = getattr(command, "commands", {"": command})
        default = getattr(command, "default", None)
        found |= {
            name if part in ("", default) else f"{name} {part}": inner
            for part, inner in parts.items()
        }
    return found


def _commands_page() -> str:
    intro = (
        "Every command is `geo-planner COMMAND`, or `.venv/bin/geo-planner COMMAND` in a clone. "
        "Exit code 0: done. 1: the input is wrong, told in one message. 2: wrong use of the "
        "command line. `geo-planner COMMAND --help` prints the same."
    )
    whole = typer.main.get_command(app)
    common = _grid(["option", "meaning"], [_option_row(p)[::2] for p in whole.params])
    links = _grid(
        ["command", "what it does"],
        [
            (f"[{name}](#{name.replace(' ', '-')})", command.help)
            for name, command in commands().items()
        ],
    )
    blocks = [_command_block(name, command) for name, command in commands().items()]
    return _page("Commands", intro, links, f"## Before any command\n\n{common}", *blocks)


def _command_block(name: str, command: Any) -> str:
    hints = typing.get_type_hints(inspect.unwrap(command.callback))
    arguments = [p for p in command.params if not p.opts[0].startswith("-")]
    options = [p for p in command.params if p.opts[0].startswith("-")]
    usage = " ".join(p.name.upper() if p.required else f"[{p.name.upper()}]" for p in arguments)
    rows = [
        (f"`{p.name.upper()}`", _value_words(hints.get(p.name)), p.help or "") for p in arguments
    ]
    rows += [
        (row[0], _value_words(hints.get(p.name)), row[2])
        for p in options
        for row in [_option_row(p)]
    ]
    return (
        f"## {name}\n\n`geo-planner {name}{' ' + usage if usage else ''} [OPTIONS]`\n\n"
        f"{command.help}\n\n{_grid(['argument or option', 'value', 'meaning'], rows)}"
    )


def _option_row(option: Any) -> tuple[str, str, str]:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    words = option.help or ""
    if option.required:
        words += " Required."
    elif option.default not in (None, False, (), []) and not callable(option.default):
        words += f" Default: {option.default}."
    return names, "", words.strip()


def _value_words(hint: Any) -> str:
    """Say what an option takes, from its type."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(
            _value_words(part) for part in typing.get_args(hint) if part is not type(None)
        )
    if origin in _LIST_ORIGINS:
        return f"{_value_words(typing.get_args(hint)[0])}, may be repeated"
    return _OPTION_WORDS.get(hint, "")


# --- errors


def error_classes() -> list[type[errors.GeoPlannerError]]:
    """List the errors of the library, the root first, each before its children."""
    return [errors.GeoPlannerError, *_children(errors.GeoPlannerError)]


def _children(root: type) -> Iterator[type]:
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from _children(child)


def _errors_page() -> str:
    head, _, rest = (inspect.getdoc(errors) or "").partition("\n\n")
    tree, _, words = rest.partition("\n\n")
    rows = [
        (f"`{error.__name__}`", ", ".join(f"`{base.__name__}`" for base in error.__bases__),
         _first_line(error))
        for error in error_classes()
    ]  # fmt: skip
    exits = (
        "On the command line an error is one message on standard error and exit code 1; wrong "
        "use of the command line is exit code 2. `--debug` shows the traceback."
    )
    return _page(
        "Errors",
        head,
        f"```text\n{tree}\n```",
        words.replace("``", "`"),
        _grid(["error", "is also", "meaning"], rows),
        exits,
    )


# --- packaged numbers


def default_files() -> list[str]:
    """Name the packaged files of numbers and rules."""
    folder = resources.files("geo_planner").joinpath("data")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".csv"))
    countries = Path(str(folder.joinpath("countries")))
    own = sorted(f"countries/{file.parent.name}/{file.name}" for file in countries.rglob("*.csv"))
    return [*(name for name in names if name not in (_TABLE_FILE, _WORDS_FILE)), *own]


def _defaults_page() -> str:
    intro = (
        "Numbers and rules that are choices stand in files under `geo_planner/data/`, each row "
        "with its source. Column `status`: **S** a public source states it, named in the row; "
        "**D** a register or rule of Denmark states it; **A** a choice of this project, no norm "
        "exists; **M** from memory, to be confirmed before it is called a fact. "
        "Danish labels stand in the same files. The words of the pages stand in `ui_words.csv`, "
        "the tables in [tables.md](tables.md)."
    )
    blocks = [_defaults_block(name) for name in default_files()]
    links = ", ".join(
        f"[{name}](#{name.lower().replace('.', '').replace('/', '')})" for name in default_files()
    )
    return _page("Defaults", intro, links, *blocks)


def _defaults_block(name: str) -> str:
    text = resources.files("geo_planner").joinpath("data", name).read_text("utf-8")
    read = csv.DictReader(text.splitlines())
    head = [column for column in read.fieldnames or () if f"_{column}"[-3:] != "_da"]
    rows = [[row[column] for column in head] for row in read]
    readers = ", ".join(f"`{module}`" for module in _readers(name))
    used = f"Read by {readers}." if readers else "No code reads it yet."
    return f"## {name}\n\n{used}\n\n{_grid(head, rows)}"


def _readers(name: str) -> list[str]:
    """Name the modules whose code names the file or reads its rows."""
    root = Path(str(resources.files("geo_planner")))
    table = name.removesuffix(".csv").rpartition("/")[2]
    rows = f'country_rows(country, "{table}")' if "/" in name else f'packaged_rows("{table}")'
    found = []
    for file in sorted(root.rglob("*.py")):
        if f'"{name}"' in (text := file.read_text("utf-8")) or rows in text:
            module = ".".join(file.relative_to(root.parent).with_suffix("").parts)
            found.append(module.removesuffix(".__init__"))
    return found


# --- Python


def _python_page() -> str:
    intro = (
        "`import geo_planner` gives the first list; names are imported when they are first used. "
        "[analyst.md](../guide/analyst.md) shows them at work."
    )
    own = [(f"geo_planner.{name}", getattr(geo_planner, name)) for name in geo_planner.__all__]
    further = [(f"geo_planner.{path}", _found(path)) for path in _FURTHER_NAMES]
    return _page(
        "Python",
        intro,
        _grid(["name", "what it does"], [(f"`{n}`", _first_line(thing)) for n, thing in own]),
        *(_name_block(name, thing) for name, thing in own),
        "# Names in modules that the guides use",
        *(_name_block(name, thing) for name, thing in further),
    )


def _found(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(f"geo_planner.{module}"), name)


def _name_block(name: str, thing: Any) -> str:
    if isinstance(thing, type) and "model_fields" in dir(thing):
        called = f"class {name}(...)"
        words = f"{_first_line(thing)}\n\nIts keys stand in [study-keys.md](study-keys.md)."
        return f"## {name}\n\n```text\n{called}\n```\n\n{words}"
    kind = "class " if isinstance(thing, type) else ""
    text = inspect.getdoc(thing) or ""
    first, _, rest = text.partition("\n")
    body = f"\n\n```text\n{rest.strip()}\n```" if rest.strip() else ""
    called = f"```text\n{kind}{name}{_signature(thing)}\n```"
    return f"## {name}\n\n{called}\n\n{first}{body}{_methods(thing)}"


def _signature(thing: Any) -> str:
    """Write parameter names and plain defaults; types stand in the source."""
    parts, is_star_written = [], False
    for parameter in inspect.signature(thing).parameters.values():
        if parameter.name.startswith("_"):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not is_star_written:
            parts.append("*")
            is_star_written = True
        parts.append(parameter.name + _default_words(parameter))
    return f"({', '.join(parts)})"


def _default_words(parameter: inspect.Parameter) -> str:
    if parameter.default is parameter.empty:
        return ""
    return "=..." if callable(parameter.default) else f"={parameter.default!r}"


def _methods(thing: Any) -> str:
    if not isinstance(thing, type):
        return ""
    rows = [
        (f"`{name}`", _first_line(member))
        for name, member in vars(thing).items()
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
    ]
    return f"\n\n{_grid(['method or property', 'what it gives'], rows)}" if rows else ""


if __name__ == "__main__":
    main()

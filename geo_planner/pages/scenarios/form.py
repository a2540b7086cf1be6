"""The form of every modification, made from the schema of scenarios: nothing is written by hand.

Labels are the names of fields without their unit; unit, limits, choices and help come from the
schema. Danish stands in ``data/scenario_words.csv``, found by the English text.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from geo_planner.packaged import packaged_rows
from geo_planner.scenario import modification_types, scenario_schema

Schema = Mapping[str, Any]
Field = dict[str, Any]

_UNITS = {
    "_kmh": "km/h", "_m2": "m²", "_min": "min", "_m": "m", "_s": "s", "_share": "0–1", "_count": "",
}  # fmt: skip
_GROUP_OF_TABLE = {
    "streets": "streets",
    "routes": "transit", "stop_times": "transit", "trips": "transit", "stops": "transit",
    "feeds": "transit", "shared_bicycle_stations": "transit",
    "plans": "land", "constraints": "land",
    "zones": "people", "businesses": "people",
    "sites": "sites",
}  # fmt: skip
GROUPS = ("transit", "streets", "land", "people", "sites")
_SHAPE = "GeometryValue"


@cache
def _schema() -> Schema:
    return scenario_schema()


def forms(language: str) -> dict[str, Any]:
    """Describe the form of every modification, by its verb.

    Parameters
    ----------
    language
        ``en`` or ``da``.

    Returns
    -------
    dict
        By verb: ``help``, ``group``, and ``fields``: each with ``key``, ``label``, ``unit``,
        ``help``, ``kind``, ``required``, ``default``, and what its kind needs.
    """
    found = {}
    for one in modification_types():
        definition = _schema()["$defs"][one.__name__]
        found[one.__name__] = {
            "help": _said(str(definition["description"]).split("\n")[0], language),
            "group": _GROUP_OF_TABLE[one.touches[0]],
            "fields": _fields(definition, language),
        }
    return found


@cache
def shape_keys() -> tuple[str, ...]:
    """Name the fields that hold shapes, anywhere in a modification."""
    return tuple(
        dict.fromkeys(
            key
            for definition in _schema()["$defs"].values()
            for key, part in definition.get("properties", {}).items()
            if _referred(part) == _SHAPE
        )
    )


def texts() -> set[str]:
    """Give every English text of the forms."""
    return {
        text
        for form in forms("en").values()
        for text in _texts_of(form)
        if any(map(str.isalpha, text))
    }


def _texts_of(form: Field) -> list[str]:
    own = [str(form[key]) for key in ("label", "help") if form.get(key)]
    own += [choice["label"] for choice in form.get("choices", ())]
    inner = [*form.get("fields", ()), *([form["item"]] if "item" in form else [])]
    return [*own, *(text for part in inner for text in _texts_of(part))]


def _fields(definition: Schema, language: str) -> list[Field]:
    required = definition.get("required", ())
    fields = [
        {**_field(key, part, language), "required": key in required}
        for key, part in definition["properties"].items()
        if key != "do"
    ]
    return sorted(fields, key=_order)


def _order(field: Field) -> tuple[bool, bool, bool]:
    """Put the name first, then what is required, the short before the long."""
    is_long = field["kind"] in ("list", "object", "shape")
    return field["key"] != "name", not field["required"], is_long


def _field(key: str, part: Schema, language: str) -> Field:
    kind = _kind(_alternative(part), language)
    # a class is counted, not measured: env_class_min is no time
    units = () if kind["kind"] == "integer" and key.endswith("_min") else _UNITS
    unit = next((one for one in units if key.endswith(one)), "")
    label = key.removesuffix(unit).replace("_", " ").capitalize()
    field = {
        "key": key,
        "label": _said(label, language),
        "unit": _UNITS.get(unit, ""),
        "help": _said(str(part.get("description", "")), language),
        "default": part.get("default"),
    }
    return {**field, **kind, "isFile": _is_path(part)}


def _alternative(part: Schema) -> Schema:
    """Take what a field may hold beside null."""
    others = [one for one in part.get("anyOf", ()) if one.get("type") != "null"]
    return {**part, **others[0]} if len(others) == 1 else part


def _referred(part: Schema) -> str:
    return str(_alternative(part).get("$ref", "")).rpartition("/")[2]


def _is_path(part: Schema) -> bool:
    return _alternative(part).get("format") == "path"


def _kind(part: Schema, language: str) -> Field:
    """Say how a value is put in: by the schema of what it may be."""
    name = _referred(part)
    if name == _SHAPE:
        return {"kind": "shape", "shapes": part.get("shapes", [])}
    if name:
        return {"kind": "object", "fields": _fields(_schema()["$defs"][name], language)}
    if "enum" in part:
        choices = [{"id": one, "label": _choice(one, language)} for one in part["enum"]]
        return {"kind": "choice", "choices": choices}
    kind = str(part.get("type", ""))
    if kind == "array":
        return _list_kind(part, language)
    if kind in ("number", "integer"):
        limits = {"min": "minimum", "above": "exclusiveMinimum", "max": "maximum"}
        return {"kind": kind, **{name: part.get(key) for name, key in limits.items()}}
    text = "date" if part.get("format") == "date" else "text"
    return {"kind": {"boolean": "boolean", "object": "pairs"}.get(kind, text)}


def _list_kind(part: Schema, language: str) -> Field:
    items: Schema = part.get("items") or next(iter(part.get("prefixItems", ())), {})
    item = {"key": "", "label": "", "unit": "", "help": "", "default": None, "required": True,
            "isFile": False, **_kind(items, language)}  # fmt: skip
    if item["kind"] == "choice":
        return {"kind": "choices", "choices": item["choices"]}
    return {"kind": "list", "item": item, "most": part.get("maxItems")}


def _choice(value: Any, language: str) -> str:
    return _said(value.replace("_", " "), language) if isinstance(value, str) else str(value)


@cache
def _danish() -> Mapping[str, str]:
    return {row["en"]: row["da"] for row in packaged_rows("scenario_words")}


def _said(text: str, language: str) -> str:
    return _danish().get(text, text) if language == "da" else text

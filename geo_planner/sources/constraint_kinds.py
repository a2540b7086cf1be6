"""Kinds of constraint on building: what each does to a site, from the packaged table.

A kind *excludes* (its ground leaves the net area), *limits* (a cap applies to the ground) or
*informs*. Its ground comes from a layer, from a raster between two thresholds, or from the plans.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from geo_planner.errors import InputError
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason, reason_gaps

Effect = Literal["excludes", "limits", "informs"]
PlanRule = Literal["rural_zone", "proposal"]

_EFFECTS = ("excludes", "limits", "informs")
_PLAN_RULES = ("rural_zone", "proposal")
_THRESHOLDS = ("above", "up_to")


@dataclass(frozen=True)
class ConstraintKind:
    """Describe one kind.

    Parameters
    ----------
    kind
        Name in the table ``constraints``.
    labels
        Title by language.
    effect
        excludes, limits or informs.
    cap, cap_value
        Limit that applies, with its value where it has one.
    width_m
        Width of the zone laid round an object [m]; a zone of a register gets none.
    objects
        Name shared by kinds whose zones are laid round the same objects; None: its own alone.
    min_object_m2
        Polygon objects smaller than this have no zone [m2]; None: all have one.
    quantities
        Quantities of rasters that tell the kind.
    above, up_to
        Thresholds: cells above the one and up to the other; None: no upper bound.
    from_plans
        Rule by which the table ``plans`` tells the kind.
    condition
        What else holds; its figures are thresholds of the row.
    law, status
        Where it comes from and how sure the row is (S, D, A, M).
    """

    kind: str
    labels: Mapping[str, str]
    effect: Effect
    cap: str | None
    cap_value: float | None
    width_m: float
    objects: str | None
    min_object_m2: float | None
    quantities: tuple[str, ...]
    above: float | None
    up_to: float | None
    from_plans: PlanRule | None
    condition: Reason | None
    law: str
    status: str


def read_constraint_kinds(path: Path | None = None) -> Mapping[str, ConstraintKind]:
    """Read the kinds in display order, by name.

    Parameters
    ----------
    path
        CSV with the columns of the packaged table; None: the packaged one.

    Raises
    ------
    InputError
        When columns are missing or values are no effect, rule or number: all at once.
    """
    if path is None:
        return _packaged()
    return _kinds(csv.DictReader(path.read_text("utf-8").splitlines()), path.name)


@cache
def _packaged() -> Mapping[str, ConstraintKind]:
    return _kinds(packaged_rows("constraint_kinds"), "constraint_kinds.csv")


def _kinds(rows: Iterable[Mapping[str, str]], name: str) -> Mapping[str, ConstraintKind]:
    found: dict[str, ConstraintKind] = {}
    problems: list[str] = []
    for number, row in enumerate(rows, start=2):
        try:
            kind = _kind(row)
        except KeyError as error:
            raise InputError(f"{name}: the column {error} is missing") from error
        except ValueError as error:
            problems.append(f"line {number} ({row['kind']}): {error}")
            continue
        if kind.kind in found:
            problems.append(f"line {number}: {kind.kind} stands twice")
        found[kind.kind] = kind
    if problems:
        raise InputError(f"{name}: the table of constraint kinds is wrong", problems)
    return MappingProxyType(found)


def _kind(row: Mapping[str, str]) -> ConstraintKind:
    return ConstraintKind(
        kind=row["kind"],
        labels=MappingProxyType({key: row[f"label_{key}"] for key in ("en", "da")}),
        effect=cast("Effect", _one_of(row["effect"], _EFFECTS)),
        cap=row["cap"] or None,
        cap_value=_number(row["cap_value"]),
        width_m=_number(row["width_m"]) or 0.0,
        objects=row["objects"] or None,
        min_object_m2=_number(row["min_object_m2"]),
        quantities=tuple(row["quantities"].split()),
        above=_number(row["above"]),
        up_to=_number(row["up_to"]),
        from_plans=cast("PlanRule | None", _one_of(row["from_plans"], ("", *_PLAN_RULES)) or None),
        condition=_condition(row),
        law=row["law"],
        status=row["status"],
    )


def _condition(row: Mapping[str, str]) -> Reason | None:
    """Read a code of ``reasons.csv``; thresholds of the row are its figures."""
    code = row["condition"]
    if not code:
        return None
    gaps = reason_gaps().get(code)
    if gaps is None or not gaps <= set(_THRESHOLDS):
        msg = f"condition {code!r} is no code of reasons.csv on {' and '.join(_THRESHOLDS)}"
        raise ValueError(msg)
    absent = sorted(gap for gap in gaps if not row[gap])
    if absent:
        msg = f"condition {code!r} needs {', '.join(absent)}"
        raise ValueError(msg)
    return Reason(code, **{gap: float(row[gap]) for gap in gaps})


def _number(text: str) -> float | None:
    return float(text) if text else None


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        msg = f"{text!r} is not one of {', '.join(filter(None, allowed))}"
        raise ValueError(msg)
    return text

"""A scenario: a named, ordered, versioned list of modifications that may build on another one."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from geo_planner.reasons import Reason, reason_gaps
from geo_planner.scenario.areas import (
    AddConstraint,
    AdoptProposedPlans,
    RemoveConstraint,
    Rezone,
)
from geo_planner.scenario.base import Modification
from geo_planner.scenario.extending import ExtendLine
from geo_planner.scenario.growth import AddDevelopment, GrowZones
from geo_planner.scenario.joining import AddStreet
from geo_planner.scenario.lines import AddLine, RemoveRoute
from geo_planner.scenario.places import (
    AddBicycleStation,
    AddBusiness,
    AddSite,
    MoveBusiness,
    RemoveBusiness,
    RemoveSite,
)
from geo_planner.scenario.refusals import reason_of_value, scenario_error
from geo_planner.scenario.rejoining import RemoveStreet
from geo_planner.scenario.services import AddTrips, AdjustHeadway, AdjustRunTimes, RemoveTrips
from geo_planner.scenario.stops import AddStop, MoveStop, RemoveStop
from geo_planner.scenario.streets import (
    AddCycleTrack,
    AdjustSpeed,
    ChangeAccess,
    CloseStreet,
    CongestArea,
)
from geo_planner.scenario.values import Value

AnyModification = Annotated[
    AddStreet
    | RemoveStreet
    | CloseStreet
    | AdjustSpeed
    | AddCycleTrack
    | ChangeAccess
    | CongestArea
    | AddLine
    | ExtendLine
    | RemoveRoute
    | AdjustHeadway
    | AdjustRunTimes
    | AddStop
    | MoveStop
    | RemoveStop
    | AddTrips
    | RemoveTrips
    | Rezone
    | AdoptProposedPlans
    | AddConstraint
    | RemoveConstraint
    | AddDevelopment
    | AddBusiness
    | MoveBusiness
    | RemoveBusiness
    | GrowZones
    | AddSite
    | RemoveSite
    | AddBicycleStation,
    Field(discriminator="do"),
]
_ONE: TypeAdapter[Any] = TypeAdapter(AnyModification)
_PLACED = {"extra_forbidden": "scenario_key_unknown", "missing": "scenario_key_absent"}
_PATHS = ("path", "forecast")


class Scenario(Value):
    """Hold a whole scenario file; modifications are applied in the order they stand in.

    Examples
    --------
    >>> from geo_planner import Scenario
    >>> Scenario(id="closed", name="Depot closes", modifications=[
    ...     {"do": "RemoveBusiness", "businesses": {"ids": ["depot"]}}])
    Scenario('closed': Depot closes, RemoveBusiness)
    """

    id: str = Field(pattern=r"^[A-Za-z0-9_-]+$", description="Short name, used in file names.")
    name: str = Field(min_length=1, description="Name shown on pages.")
    version: int = Field(1, ge=1, description="Raised by one with every change.")
    author: str | None = Field(None, description="Who wrote it.")
    note: str | None = Field(None, description="What it is for.")
    date: dt.date | None = Field(None, description="Day it was written.")
    based_on: str | None = Field(
        None, description="Id of the scenario it builds on, whose modifications come first."
    )
    modifications: tuple[AnyModification, ...] = Field((), description="What changes, in order.")

    def __repr__(self) -> str:
        verbs = ", ".join(dict.fromkeys(type(item).__name__ for item in self.modifications))
        return f"Scenario({self.id!r}: {self.name}, {verbs or 'no modification'})"

    def content(self) -> dict[str, Any]:
        """Give what the scenario says, as JSON; files count by their content."""
        head = self.model_dump(mode="json", exclude={"modifications"}, exclude_none=True)
        return head | {"modifications": [item.content() for item in self.modifications]}


@dataclass(frozen=True)
class Parsed:
    """Hold what of a scenario could be read, and what is wrong with the rest.

    Parameters
    ----------
    id
        Its id, or a name for it in messages.
    scenario
        The head with all modifications that are right; None when the head is wrong.
    numbers
        Place in the file, from 1, of each modification kept.
    problems
        What is wrong: place (0: the head) and reason.
    """

    id: str
    scenario: Scenario | None
    numbers: tuple[int, ...] = ()
    problems: tuple[tuple[int, Reason], ...] = ()

    def in_order(self) -> list[Reason]:
        """List the problems in the order of the file."""
        return [reason for _, reason in sorted(self.problems, key=lambda problem: problem[0])]


def parse_scenario(content: Any, folder: Path | None = None, *, origin: str = "scenario") -> Parsed:
    """Read a scenario from what TOML or JSON gave, keeping what is right.

    Parameters
    ----------
    content
        Keys of the file.
    folder
        Folder that paths in it are relative to; None: as they are.
    origin
        Name in messages where the scenario has none.
    """
    if not isinstance(content, Mapping):
        return Parsed(origin, None, problems=((0, Reason("scenario_no_mapping")),))
    rest = dict(content)
    listed = rest.pop("modifications", [])
    problems: list[tuple[int, Reason]] = []
    if not isinstance(listed, list | tuple):
        problems.append((0, Reason("scenario_no_list")))
        listed = []
    items: list[Modification] = []
    numbers: list[int] = []
    for number, item in enumerate(listed, start=1):
        try:
            items.append(based(_ONE.validate_python(item), folder))
            numbers.append(number)
        except ValidationError as error:
            problems += [(number, reason) for reason in _wrong_item(error, number, item)]
    try:
        head = Scenario.model_validate(rest)
    except ValidationError as error:
        problems += [
            (0, _wrong_value(".".join(map(str, part["loc"])), part)) for part in error.errors()
        ]
        return Parsed(str(rest.get("id", origin)), None, problems=tuple(problems))
    scenario = head.model_copy(update={"modifications": tuple(items)})
    return Parsed(head.id, scenario, tuple(numbers), tuple(problems))


def based(modification: Modification, folder: Path | None) -> Modification:
    """Take the paths of a modification relative to a folder."""
    if folder is None:
        return modification
    paths = {name: getattr(modification, name, None) for name in _PATHS}
    update = {name: folder / path for name, path in paths.items() if path is not None}
    return modification.model_copy(update=update) if update else modification


def require_scenario(parsed: Parsed) -> Scenario:
    """Return a scenario that was read whole.

    Raises
    ------
    ScenarioError
        With all that is wrong with it.
    """
    if parsed.problems or parsed.scenario is None:
        raise scenario_error(parsed.id, parsed.in_order())
    return parsed.scenario


def _wrong_item(error: ValidationError, number: int, item: Any) -> list[Reason]:
    verb = item.get("do") if isinstance(item, Mapping) else None
    reasons = []
    for part in error.errors():
        place = [str(step) for step in part["loc"] if step != verb]
        what = _wrong_value(".".join(place), part)
        reasons.append(of_modification(number, str(verb) if verb else "", what))
    return reasons


def _wrong_value(place: str, part: Mapping[str, Any]) -> Reason:
    code = _PLACED.get(part["type"])
    if code is not None:
        return Reason(code, place=place)
    if part["type"] == "union_tag_not_found":
        return Reason("scenario_verb_absent")
    what = _what_is_wrong(part)
    given = part.get("input")
    if place and isinstance(given, str | int | float | bool):
        what = Reason("scenario_given", what=what, given=repr(given))
    return Reason("scenario_at", place=place, what=what) if place else what


def _what_is_wrong(part: Mapping[str, Any]) -> Reason:
    """Say what is wrong with a value; a rule of pydantic without a code keeps its own words."""
    code, context = part["type"], part.get("ctx", {})
    own = f"{code}_value"
    if code in reason_gaps():
        return reason_of_value(code, context)
    if own in reason_gaps():
        return reason_of_value(own, context)
    return Reason("error_text", text=part["msg"].removeprefix("Value error, "))


def of_modification(number: int, verb: str, what: Reason) -> Reason:
    """Say of which modification something is, by its place in the file, from 1, and its verb."""
    if not verb:
        return Reason("scenario_modification_unnamed", number=number, what=what)
    return Reason("scenario_modification", number=number, verb=verb, what=what)


def chain_of(scenario: Scenario, bases: Iterable[Scenario] = ()) -> list[Scenario]:
    """List what a scenario builds on, eldest first, and itself last.

    Raises
    ------
    ScenarioError
        When a base is unknown, or scenarios build on each other in a circle.
    """
    by_id = {other.id: other for other in bases}
    chain: list[Scenario] = [scenario]
    while chain[0].based_on is not None:
        base = chain[0].based_on
        path = [*(item.id for item in reversed(chain)), base]
        if base in path[:-1]:
            raise scenario_error(scenario.id, [Reason("scenario_circle", path=" -> ".join(path))])
        if base not in by_id:
            raise scenario_error(scenario.id, [Reason("scenario_base_unknown", base=base)])
        chain.insert(0, by_id[base])
    return chain


def modification_types() -> Sequence[type[Modification]]:
    """List all kinds of modification, in the order of the documentation."""
    import typing

    return typing.get_args(typing.get_args(AnyModification)[0])


def scenario_schema() -> dict[str, Any]:
    """Give the JSON schema of a scenario file."""
    return Scenario.model_json_schema()

"""A scenario: a named, ordered, versioned list of modifications that may build on another one."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from geo_planner.errors import ScenarioError
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
        What is wrong: place (0: the head) and text.
    """

    id: str
    scenario: Scenario | None
    numbers: tuple[int, ...] = ()
    problems: tuple[tuple[int, str], ...] = ()

    def told(self) -> list[str]:
        """Write the problems in order."""
        return [text for _, text in sorted(self.problems, key=lambda problem: problem[0])]


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
        return Parsed(origin, None, problems=((0, "is no list of keys and values"),))
    rest = dict(content)
    listed = rest.pop("modifications", [])
    problems: list[tuple[int, str]] = []
    if not isinstance(listed, list | tuple):
        problems.append((0, "modifications must be a list"))
        listed = []
    items: list[Modification] = []
    numbers: list[int] = []
    for number, item in enumerate(listed, start=1):
        try:
            items.append(based(_ONE.validate_python(item), folder))
            numbers.append(number)
        except ValidationError as error:
            problems += [(number, text) for text in _texts(error, number, item)]
    try:
        head = Scenario.model_validate(rest)
    except ValidationError as error:
        problems += [(0, _text(".".join(map(str, part["loc"])), part)) for part in error.errors()]
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
        raise ScenarioError(parsed.id, parsed.told())
    return parsed.scenario


def _texts(error: ValidationError, number: int, item: Any) -> list[str]:
    verb = item.get("do") if isinstance(item, Mapping) else None
    name = label(number, str(verb) if verb else "")
    texts = []
    for part in error.errors():
        place = [str(step) for step in part["loc"] if step != verb]
        texts.append(f"{name}: {_text('.'.join(place), part)}")
    return texts


def _text(place: str, part: Mapping[str, Any]) -> str:
    if part["type"] == "extra_forbidden":
        return f"{place}: unknown key; docs/reference/scenario.schema.json lists those that exist"
    if part["type"] == "missing":
        return f"{place}: required, but absent"
    if part["type"] == "union_tag_not_found":
        return "do: required, but absent; it names the modification, such as do = 'CloseStreet'"
    message = part["msg"].removeprefix("Value error, ")
    given = part.get("input")
    shown = f" (given {given!r})" if isinstance(given, str | int | float | bool) else ""
    return f"{place}: {message}{shown}" if place else message


def label(number: int, verb: str) -> str:
    """Name a modification in messages by its place in the file, from 1, and its verb."""
    return f"modification {number} ({verb})" if verb else f"modification {number}"


def chain_of(scenario: Scenario, known: Iterable[Scenario] = ()) -> list[Scenario]:
    """List what a scenario builds on, eldest first, and itself last.

    Raises
    ------
    ScenarioError
        When a base is unknown, or scenarios build on each other in a circle.
    """
    by_id = {other.id: other for other in known}
    chain: list[Scenario] = [scenario]
    while chain[0].based_on is not None:
        base = chain[0].based_on
        path = [*(item.id for item in reversed(chain)), base]
        if base in path[:-1]:
            raise ScenarioError(
                scenario.id, [f"based_on goes in a circle: {' -> '.join(path)}: break it"]
            )
        if base not in by_id:
            raise ScenarioError(
                scenario.id,
                [f"based_on names {base!r}, which is not known: put {base}.toml beside the file"],
            )
        chain.insert(0, by_id[base])
    return chain


def modification_types() -> Sequence[type[Modification]]:
    """List all kinds of modification, in the order of the documentation."""
    import typing

    return typing.get_args(typing.get_args(AnyModification)[0])


def scenario_schema() -> dict[str, Any]:
    """Give the JSON schema of a scenario file."""
    return Scenario.model_json_schema()

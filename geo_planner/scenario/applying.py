"""From a region and a scenario to a new region: check all, complain once, write what changed.

A modification sees the tables as those before it left them; one that changes nothing is an error.
The result's identity is the digest of the region, the scenarios, the settings and the program's
version: where a region of that identity stands already, it is opened and not made again.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner import schema
from geo_planner.errors import GeoPlannerError, ScenarioError, SchemaError
from geo_planner.reasons import Reason
from geo_planner.region import Origin, Region, require_region, write_child
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import Change, Draft, content_digest, count_changes
from geo_planner.scenario.effects import notes_on_effect
from geo_planner.scenario.files import bases_beside, parse_file
from geo_planner.scenario.model import Parsed, Scenario, chain_of, of_modification, parse_scenario
from geo_planner.scenario.plausible import notes_on_values
from geo_planner.scenario.refusals import Refused, scenario_error
from geo_planner.scenario.result_folders import (
    default_folder,
    finished,
    list_region,
    require_free,
)
from geo_planner.version import __version__
from geo_planner.words.english import english

Source = Scenario | Mapping[str, Any] | Path | str
Follow = Callable[[int, Modification, Draft, Draft], None]


@dataclass
class Check:
    """Hold what a scenario would change in a region, and what is wrong with it.

    Parameters
    ----------
    id
        The scenario's id.
    changes
        What each modification changes: scenario, index (from 1), modification, table, rows.
    notes
        What modifications leave as it was, and why, and what else there is to know of them.
    reasons
        All that is wrong; empty when the scenario can be applied.
    tables
        Changed tables, validated; empty while there are problems.
    """

    id: str
    changes: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        """All that is wrong, in English."""
        return [english(reason) for reason in self.reasons]

    def __repr__(self) -> str:
        if n := len(self.reasons):
            many = "problem" if n == 1 else "problems"
            return f"Check({self.id!r}: cannot be applied, {n} {many})"
        n = len(self.changes)
        return f"Check({self.id!r}: can be applied, {n} {'change' if n == 1 else 'changes'})"

    def to_json(self) -> dict[str, Any]:
        """Give all but the tables."""
        return {
            "scenario": self.id, "can_apply": not self.reasons, "problems": self.problems,
            "reasons": [reason.to_json() for reason in self.reasons], "changes": self.changes,
            "notes": [note.to_json() for note in self.notes],
        }  # fmt: skip


def check_scenario(
    region: Region,
    source: Source,
    bases: Iterable[Scenario] = (),
    *,
    follow: Follow | None = None,
) -> Check:
    """Try a scenario on a region; nothing is written.

    Parameters
    ----------
    region
        Region to change; it is only read.
    source
        A scenario, the content of a file, or a file.
    bases
        Scenarios it may build on; those in files beside it are found.
    follow
        Called with each modification of the scenario itself that can be applied: its place from 1,
        the modification, and the tables before and after it.

    Examples
    --------
    >>> from geo_planner import check_scenario, example_region
    >>> closed = {"id": "closed", "name": "Depot closes", "modifications": [
    ...     {"do": "RemoveBusiness", "businesses": {"ids": ["depot"]}}]}
    >>> check_scenario(example_region(), closed)
    Check('closed': can be applied, 1 change)
    """
    require_region(region)
    try:
        parsed = _parse(source)
    except ScenarioError as error:
        return Check(error.name, reasons=list(error.reasons))
    check = Check(parsed.id)
    wrong = list(parsed.problems)
    if parsed.scenario is not None:
        try:
            chain = _chain(parsed.scenario, source, bases)
        except ScenarioError as error:
            wrong += [(0, reason) for reason in error.reasons]
            chain = [parsed.scenario]
        wrong += _try(region, chain, parsed.numbers, check, follow)
    check.reasons = [reason for _, reason in sorted(wrong, key=lambda item: item[0])]
    if check.reasons:
        check.tables = {}
    return check


def apply_scenario(
    region: Region,
    source: Source,
    out: Path | str | None = None,
    bases: Iterable[Scenario] = (),
    *,
    is_listed: bool = True,
    replace: bool = False,
) -> Region:
    """Make the region that a scenario turns a region into; the region itself is not changed.

    Parameters
    ----------
    region
        Baseline; it may be a scenario's region itself.
    source
        A scenario, the content of a file, or a file.
    out
        Folder for the new region; None: under ``derived/scenarios`` of the baseline.
    bases
        Scenarios it may build on; those in files beside it are found.
    is_listed
        Whether the baseline keeps word of where the region lies; see
        :func:`~geo_planner.scenario.result_folders.list_region`.
    replace
        Whether another scenario's region there may go. A later version of a scenario, by its
        number, takes the place of the earlier one unasked.

    Returns
    -------
    Region
        Changed tables written, all others shared with the baseline. A region of the same identity
        that stands there already is opened instead.

    Raises
    ------
    ScenarioError
        With all that is wrong with the modifications; nothing is written.
    RegionError
        When ``out`` cannot be written as a region, or holds another one.

    Examples
    --------
    >>> from geo_planner import apply_scenario, example_region
    >>> closed = {"id": "closed", "name": "Depot closes", "modifications": [
    ...     {"do": "RemoveBusiness", "businesses": {"ids": ["depot"]}}]}
    >>> apply_scenario(example_region(), closed).table("businesses")["name"].tolist()
    ['Bakery', 'Clinic', 'Office']
    """
    require_region(region)
    bases = tuple(bases)
    parsed = _parse(source)
    if parsed.scenario is None or parsed.problems:
        raise scenario_error(parsed.id, check_scenario(region, source, bases).reasons)
    chain = _chain(parsed.scenario, source, bases)
    identity = identity_of(region, chain)
    folder = Path(out) if out is not None else default_folder(region, parsed.id, identity)
    standing = finished(folder, identity)
    if standing is not None:
        standing.share_tables_of(region)
        return standing
    if not replace and folder.resolve() != region.path.resolve():
        require_free(folder, chain[-1])
    check = Check(parsed.id)
    wrong = _try(region, chain, parsed.numbers, check)
    if wrong:
        raise scenario_error(parsed.id, [one for _, one in sorted(wrong, key=lambda i: i[0])])
    origin = Origin(
        parent=os.path.relpath(region.path.resolve(), folder.resolve()),
        parent_digest=region.digest,
        identity=identity,
        scenario=chain[-1].content() | {"chain": [item.content() for item in chain[:-1]]},
        changes=tuple(check.changes),
        notes=tuple(check.notes),
    )
    child = write_child(folder, region, check.tables, origin)
    if is_listed:
        list_region(region, child)
    return child


def identity_of(region: Region, chain: Sequence[Scenario]) -> str:
    """Take the digest of a region, its settings, a scenario with what it builds on, the version."""
    contents = [item.content() for item in chain]
    version = [__version__, schema.SCHEMA_VERSION]
    return content_digest([region.digest, dict(region.study), contents, version])


def _parse(source: Source) -> Parsed:
    if isinstance(source, Scenario):
        return Parsed(source.id, source, tuple(range(1, len(source.modifications) + 1)))
    if isinstance(source, Mapping):
        return parse_scenario(source)
    return parse_file(source)


def _chain(scenario: Scenario, source: Source, bases: Iterable[Scenario]) -> list[Scenario]:
    if isinstance(source, Path | str):
        bases = bases_beside(scenario, Path(source).parent, bases)
    return chain_of(scenario, bases)


def _try(
    region: Region,
    chain: Sequence[Scenario],
    numbers: Sequence[int],
    check: Check,
    follow: Follow | None = None,
) -> list[tuple[int, Reason]]:
    """Run all modifications on a draft; keep what they change, return what is wrong."""
    draft = Draft(region)
    problems: list[tuple[int, Reason]] = []
    for scenario in chain:
        is_base = scenario is not chain[-1]
        places = range(1, len(scenario.modifications) + 1) if is_base else numbers
        for number, item in zip(places, scenario.modifications, strict=True):
            before = dict(draft.frames)
            wrong = _run(draft, item, scenario.id, number, check)
            if follow is not None and not wrong and not is_base:
                follow(number, item, Draft(region, before), draft)
            base = scenario.id if is_base else None
            problems += [
                (0 if is_base else number, _placed(base, number, item, what)) for what in wrong
            ]
            check.notes += [_placed(base, number, item, what) for what in draft.notes]
            draft.notes.clear()
    for name, frame in draft.frames.items():
        try:
            typed = schema.validate(frame, schema.tables()[name], origin="the scenario")
        except SchemaError as error:
            problems += [
                (len(numbers) + 1, Reason("scenario_table", table=name, text=text))
                for text in error.problems
            ]
            continue
        base = Draft(region).frame(name)
        if len(base) != len(typed) or _is_any(count_changes(name, base, typed)):
            check.tables[name] = typed
    return problems


def _placed(base: str | None, number: int, item: Modification, what: Reason) -> Reason:
    """Say of which modification, of which base, something is."""
    placed = of_modification(number, type(item).__name__, what)
    return placed if base is None else Reason("scenario_of_base", base=base, what=placed)


def _run(
    draft: Draft, item: Modification, scenario: str, number: int, check: Check
) -> list[Reason]:
    """Run one modification; what is wrong leaves the draft as it was."""
    before = dict(draft.frames)
    try:
        item.apply(draft)
    except Refused as error:
        draft.frames = before
        return list(error.problems)
    except GeoPlannerError as error:
        draft.frames = before
        return [Reason("error_text", text=str(error))]
    earlier = Draft(draft.region, before)
    changes = [
        count_changes(name, earlier.frame(name), frame)
        for name, frame in draft.frames.items()
        if frame is not before.get(name)
    ]
    changes = [change for change in changes if _is_any(change)]
    if not changes:
        return [Reason("scenario_changes_nothing")]
    changed = {change.table for change in changes}
    for note in (*notes_on_effect(earlier, draft, changed), *notes_on_values(item, earlier, draft)):
        draft.note(note)
    check.changes += [
        {"scenario": scenario, "index": number, "modification": type(item).__name__}
        | asdict(change)
        for change in changes
    ]
    return []


def _is_any(change: Change) -> bool:
    return bool(change.rows_added or change.rows_changed or change.rows_removed)

"""Streets that go, and streets split for them that become whole again."""

from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import SCENARIO_FEED, Draft
from geo_planner.scenario.values import Selection

_OF_PIECE = ("street_id", "from_node", "to_node", "length_m", "duration_s", "geometry")
_ENDS = ("from_node", "to_node")


class RemoveStreet(Modification):
    """Take streets away; undoes an AddStreet, and what that had split becomes whole again."""

    touches: ClassVar = ("streets", "street_nodes", "turn_restrictions")
    cannot: ClassVar = (
        "Buses keep their timetable. A street split by a new one stays split where its pieces were "
        "changed since, or were split again."
    )

    do: Literal["RemoveStreet"] = "RemoveStreet"
    streets: Selection = Field(description="Streets to remove.")

    def apply(self, draft: Draft) -> None:
        """Remove streets, their turn restrictions, and nodes nothing meets at any more."""
        rows = draft.select("streets", self.streets)
        streets = draft.frame("streets")
        gone = streets[rows]
        draft.keep("streets", ~rows)
        _drop_turns(draft, set(gone["street_id"]))
        loose = set(gone[list(_ENDS)].to_numpy().ravel())
        # new streets of scenarios, without the number of the piece
        of_scenarios = [i for i in gone["street_id"] if i.startswith(f"{SCENARIO_FEED}:")]
        for brought in sorted({street_id.rpartition(":")[0] for street_id in of_scenarios}):
            loose |= _make_whole(draft, brought)
        left = draft.frame("streets")
        used = set(left[list(_ENDS)].to_numpy().ravel())
        draft.keep("street_nodes", ~draft.frame("street_nodes")["node_id"].isin(loose - used))


def _drop_turns(draft: Draft, gone: set[str]) -> None:
    turns = draft.frame("turn_restrictions")
    via = turns["via_street_ids"].astype(object)
    leads_over = via.map(lambda ids: not gone.isdisjoint(str(ids).split()) if ids else False)
    named = turns["from_street_id"].isin(gone) | turns["to_street_id"].isin(gone)
    draft.keep("turn_restrictions", ~(named | leads_over.astype(bool)))


def _make_whole(draft: Draft, brought: str) -> set[str]:
    """Put streets in the place of the pieces a new one cut; return the nodes between pieces."""
    streets = draft.frame("streets")
    ids = streets["street_id"]
    if ids.str.startswith(f"{brought}:").any():
        return set()
    cut = streets[ids.str.rpartition("/")[2].str.startswith(f"{brought}:")]
    if not len(cut):
        return set()
    parents = cut["street_id"].str.rpartition("/")[0]
    whole = _as_they_were(draft.region, set(parents), streets.columns)
    restored: dict[str, str] = {}
    loose: set[str] = set()
    rows = []
    for parent, pieces in cut.groupby(parents, sort=True):
        if parent not in whole.index or not _are_its_pieces(pieces, whole.loc[parent]):
            draft.note(Reason("scenario_stays_split", street=str(parent)))
            continue
        rows.append(whole.loc[[parent]])
        restored |= dict.fromkeys(pieces["street_id"], str(parent))
        loose |= set(pieces[list(_ENDS)].to_numpy().ravel())
    if rows:
        draft.keep("streets", ~streets["street_id"].isin(restored.keys()))
        draft.add("streets", pd.concat(rows))
        _name_whole(draft, restored)
    return loose


def _as_they_were(region: Region, ids: set[str], columns: pd.Index) -> pd.DataFrame:
    """Look streets up in the region, and in those it was made from; index street_id."""
    found = []
    place: Region | None = region
    while place is not None:
        streets = Draft(place).frame("streets")
        rows = streets.loc[streets["street_id"].isin(ids), list(columns)]
        found.append(rows.set_index("street_id", drop=False).rename_axis(index=None))
        ids = ids - set(rows["street_id"])
        place = place.parent() if ids else None
    return pd.concat(found)


def _are_its_pieces(pieces: pd.DataFrame, whole: pd.Series) -> bool:
    """Tell whether pieces lead from end to end of a street and say of themselves what it says."""
    starts, ends = set(pieces["from_node"]), set(pieces["to_node"])
    leads_through = starts - ends == {whole["from_node"]} and ends - starts == {whole["to_node"]}
    shared = pieces[[name for name in pieces.columns if name not in _OF_PIECE]]
    return leads_through and all(
        (values.isna() if pd.isna(whole[name]) else values.isin([whole[name]])).all()
        for name, values in shared.items()
    )


def _name_whole(draft: Draft, restored: dict[str, str]) -> None:
    """Let turn restrictions name streets in place of their pieces."""
    turns = draft.frame("turn_restrictions")
    if not len(turns):
        return
    moved = turns.copy()
    for column in ("from_street_id", "to_street_id"):
        moved[column] = turns[column].replace(restored)
    moved["via_street_ids"] = [
        ids if pd.isna(ids) else " ".join(dict.fromkeys(restored.get(i, i) for i in ids.split()))
        for ids in turns["via_street_ids"]
    ]
    draft.replace("turn_restrictions", moved.astype(turns.dtypes.to_dict()))

"""Turn restrictions: relations resolved to the street edges that meet at the turn.

Restrictions for heavy vehicles, for certain hours, or whose members cannot be found in the
extract or are ambiguous are left out and counted. Restrictions never hold for walking.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.osm.elements import Relation

Tags = Mapping[str, str]

# key of the relation -> modes it does not hold for
_KEYS = {
    "restriction": ("walk",),
    "restriction:motor_vehicle": ("walk", "bicycle"),
    "restriction:motorcar": ("walk", "bicycle"),
    "restriction:vehicle": ("walk",),
    "restriction:bicycle": ("walk", "car"),
}
_EXCEPT_MODES = {
    "bicycle": "bicycle",
    "motorcar": "car",
    "motor_vehicle": "car",
    "car": "car",
}
_HOURS = frozenset({"day_on", "day_off", "hour_on", "hour_off"})
_MAX_VIA_EDGES = 200
COLUMNS = (
    "restriction_id",
    "kind",
    "from_street_id",
    "via_node_id",
    "via_street_ids",
    "to_street_id",
    "except_modes",
)


class Edge(NamedTuple):
    """Hold what a restriction needs of a street edge."""

    street_id: str
    from_node: str
    to_node: str
    may_go_along: bool
    may_go_against: bool

    def ends_at(self, node: str) -> bool:
        """Say whether vehicles may arrive at the node over this edge."""
        return (self.to_node == node and self.may_go_along) or (
            self.from_node == node and self.may_go_against
        )

    def starts_at(self, node: str) -> bool:
        """Say whether vehicles may leave the node over this edge."""
        return (self.from_node == node and self.may_go_along) or (
            self.to_node == node and self.may_go_against
        )

    def other_end(self, node: str) -> str:
        """Name the end that is not the given one."""
        return self.to_node if self.from_node == node else self.from_node


class Turn(NamedTuple):
    """Hold one turn in street edges; ``via`` holds no edge when the turn is at a node."""

    arriving: str
    node: str | None
    via: tuple[str, ...]
    leaving: str


def read_restrictions(
    relations: Sequence[Relation], streets: pd.DataFrame, source: str
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Make the table of turn restrictions from relations of type restriction."""
    chosen = [relation for relation in relations if relation.tags.get("type") == "restriction"]
    edges = _edges_by_way(chosen, streets)
    left_out: dict[str, list[str]] = defaultdict(list)
    rows: list[tuple[str | None, ...]] = []
    for relation in chosen:
        kind_and_exceptions = _kind_and_exceptions(relation.tags)
        if kind_and_exceptions is None:
            left_out["osm_turns_hours"].append(f"r{relation.number}")
            continue
        turns = list(_turns(relation, edges))
        if not turns:
            left_out["osm_turns_unclear"].append(f"r{relation.number}")
        kind, exceptions = kind_and_exceptions
        for i, turn in enumerate(turns):
            name = f"r{relation.number}" if len(turns) == 1 else f"r{relation.number}-{i}"
            via = " ".join(turn.via) or None
            rows.append((name, kind, turn.arriving, turn.node, via, turn.leaving, exceptions))
    findings = [Finding(source, "read", len(rows), Reason("osm_turns_read"))]
    findings += [
        Finding(source, "left_out", len(ids), Reason(code), tuple(ids[:5]))
        for code, ids in left_out.items()
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
    return frame, tuple(finding for finding in findings if finding.count)


def _kind_and_exceptions(tags: Tags) -> tuple[str, str] | None:
    """Read whether the turn is forbidden or the only one, and the modes it does not hold for."""
    if not _HOURS.isdisjoint(tags):
        return None
    for key, modes in _KEYS.items():
        kind, _, _ = tags.get(key, "").partition("_")
        if kind in {"no", "only"}:
            stated = tags.get("except", "").split(";")
            also = [_EXCEPT_MODES[name] for name in stated if name in _EXCEPT_MODES]
            return kind, " ".join(dict.fromkeys((*modes, *also)))
    return None


def _edges_by_way(
    relations: Sequence[Relation], streets: pd.DataFrame
) -> Mapping[int, tuple[Edge, ...]]:
    """Gather the edges of all ways that restrictions name."""
    wanted = {f"w{m.number}" for relation in relations for m in relation.members if m.kind == "w"}
    used = streets[streets["osm_way_id"].isin(wanted)]
    along = used["car_forward"] | used["bicycle_forward"]
    against = used["car_backward"] | used["bicycle_backward"]
    columns = (used["street_id"], used["from_node"], used["to_node"], along, against)
    edges: dict[int, list[Edge]] = defaultdict(list)
    for way, *values in zip(used["osm_way_id"], *columns, strict=True):
        edges[int(way[1:])].append(Edge(*values))
    return {way: tuple(found) for way, found in edges.items()}


def _turns(relation: Relation, edges: Mapping[int, tuple[Edge, ...]]) -> Iterator[Turn]:
    """Resolve the members of a relation; several from or to members give several turns."""
    roles: dict[str, list[int]] = defaultdict(list)
    nodes = [f"n{m.number}" for m in relation.members if m.role == "via" and m.kind == "n"]
    for member in relation.members:
        if member.kind == "w":
            roles[member.role].append(member.number)
    for from_way in roles["from"]:
        for to_way in roles["to"]:
            arriving, leaving = edges.get(from_way, ()), edges.get(to_way, ())
            if len(nodes) == 1 and not roles["via"]:
                yield from _turns_at(nodes[0], arriving, leaving, is_u_turn=from_way == to_way)
            elif roles["via"] and not nodes:
                via = [edge for way in roles["via"] for edge in edges.get(way, ())]
                yield from _turns_over(via, arriving, leaving)


def _turns_at(
    node: str, arriving: Sequence[Edge], leaving: Sequence[Edge], *, is_u_turn: bool
) -> Iterator[Turn]:
    into = [edge for edge in arriving if edge.ends_at(node)]
    out_of = [edge for edge in leaving if edge.starts_at(node)]
    if is_u_turn:
        both = [edge for edge in into if edge in out_of]
        yield from (Turn(edge.street_id, node, (), edge.street_id) for edge in both)
    elif len(into) == 1 and len(out_of) == 1:
        yield Turn(into[0].street_id, node, (), out_of[0].street_id)


def _turns_over(
    via: Sequence[Edge], arriving: Sequence[Edge], leaving: Sequence[Edge]
) -> Iterator[Turn]:
    """Find the one way over the via edges that joins an arriving and a leaving edge."""
    ends = {node for edge in via for node in (edge.from_node, edge.to_node)}
    into = [(edge, node) for edge in arriving for node in sorted(ends) if edge.ends_at(node)]
    out_of = [(edge, node) for edge in leaving for node in sorted(ends) if edge.starts_at(node)]
    if len(into) != 1 or len(out_of) != 1:
        return
    (first, first_node), (last, last_node) = into[0], out_of[0]
    path = _path(via, first_node, last_node)
    if path:
        yield Turn(first.street_id, None, path, last.street_id)


def _path(via: Sequence[Edge], start: str, goal: str) -> tuple[str, ...]:
    """Find the fewest via edges from one node to another, in the direction vehicles may go."""
    reached: dict[str, tuple[str, ...]] = {start: ()}
    waiting = [start]
    while waiting and goal not in reached and len(reached) < _MAX_VIA_EDGES:
        node = waiting.pop(0)
        for edge in via:
            other = edge.other_end(node)
            if node in (edge.from_node, edge.to_node) and edge.starts_at(node):
                if other not in reached:
                    waiting.append(other)
                reached.setdefault(other, (*reached[node], edge.street_id))
    return reached.get(goal, ())

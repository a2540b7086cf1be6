"""What is doubtful, mended or left out beneath the two results of a comparison."""

from typing import Any

from geo_planner.compare import Comparison
from geo_planner.pages.drawing.view import view_of
from geo_planner.pages.study.provenance import finding_table, network_findings
from geo_planner.words.wording import Wording


def finding_rows_by_side(comparison: Comparison, words: Wording) -> list[dict[str, Any]]:
    """Lay out findings on the networks of both, and on the data of one: of both, of A, of B."""
    sides = {"A": view_of(comparison.a), "B": view_of(comparison.b)}
    networks = {side: dict.fromkeys(network_findings(view)) for side, view in sides.items()}
    every = {
        side: dict.fromkeys([*networks[side], *view.region.findings])
        for side, view in sides.items()
    }
    shared = [finding for finding in networks["A"] if finding in every["B"]]
    alone = {
        side: [finding for finding in every[side] if finding not in every[other]]
        for side, other in (("A", "B"), ("B", "A"))
    }
    return [
        row | {"sides": name}
        for name, findings in {"A · B": shared, **alone}.items()
        for row in finding_table(findings, words)
    ]

"""The accessibility checker axe-core, fetched once with its digest pinned; no part of the pages."""

import sys
from pathlib import Path

from geo_planner.errors import SourceError
from geo_planner.pages.drawing.assets import Package, fetch_assets

_PACKAGES = {
    "axe": Package(
        "axe-core",
        "4.14.1",
        "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        "MPL-2.0",
        {"axe.min.js": "axe/axe.min.js", "LICENSE": "axe/LICENSE"},
    )
}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def axe_script() -> str | None:
    """Read the checker; None where it is not here and cannot be fetched."""
    folder = Path(sys.prefix) / "share" / "geo_planner" / "tests"
    try:
        return (fetch_assets(folder, _PACKAGES) / "axe/axe.min.js").read_text("utf-8")
    except SourceError:
        return None


def violations(page, script: str) -> list[str]:
    """List what the checker finds wrong on an open page: rule, and the first elements."""
    page.evaluate(script)
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(done => done.violations.map("
        "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')))",
        _RULES,
    )
    return list(found)

"""Where the figures come from: sources, what was mended or left out, what lies past the edge."""

from collections.abc import Iterable, Mapping
from typing import Any

from geo_planner.analysis.totals import study_rows
from geo_planner.findings import Finding
from geo_planner.pages.drawing.view import View
from geo_planner.words.findings import source_words
from geo_planner.words.reasons import reason_words
from geo_planner.words.tables import table_words
from geo_planner.words.wording import Wording

_SIGNS = {"repaired": "!", "left_out": "✕", "warning": "?"}
COUNTED: Mapping[str, tuple[str, ...]] = {
    "zones": ("population_count", "workers_count"),
    "businesses": ("employees_count",),
}
_ORDER = ("left_out", "warning", "repaired")


def finding_rows(view: View) -> list[dict[str, Any]]:
    """Lay out what happened to sources and to the day's networks, the gravest kind first."""
    every = dict.fromkeys([*view.region.findings, *network_findings(view)])
    return finding_table(every, view.words)


def network_findings(view: View) -> list[Finding]:
    """Read what a run found out about the networks of its day."""
    return [Finding.from_json(plain) for plain in view.summary.get("network_findings", ())]


def finding_table(findings: Iterable[Finding], words: Wording) -> list[dict[str, Any]]:
    """Put findings into words, the gravest kind first; plain counts are left out."""
    shown = [finding for finding in findings if finding.kind in _SIGNS]
    return [
        {
            "kind": finding.kind,
            "sign": _SIGNS[finding.kind],
            "kind_words": words(f"finding_{finding.kind}"),
            "count": words.number(finding.count),
            "what": reason_words(finding.what, words, count=finding.count),
            "source": source_words(finding, words),
            "examples": ", ".join(finding.examples[:3]),
        }
        for finding in sorted(shown, key=lambda finding: _ORDER.index(finding.kind))
    ]


def unlinked_rows(view: View) -> list[dict[str, str]]:
    """Say how many points have no link to a network in some mode."""
    if not len(view.snaps):
        return []
    lost = view.snaps[view.snaps["status"] != "snapped"]
    count = len(lost.drop_duplicates([name for name in ("table", "id") if name in lost]))
    if not count:
        return []
    distance = view.words.figure(view.study.travel.max_snap_m, "m")
    what = view.words("not_linked", distance=distance)
    return [{"count": view.words.number(count), "what": what}]


def uncounted_rows(view: View) -> list[dict[str, str]]:
    """Say which counts the data leave open: sums of them are unknown, or of the known alone."""
    rows = []
    frames = {"zones": view.zones, "businesses": view.businesses}
    for table, columns in COUNTED.items():
        own = study_rows(frames[table])
        for column in columns:
            n_unknown = int(own[column].isna().sum())
            if n_unknown:
                key = "uncounted_all" if n_unknown == len(own) else "uncounted_some"
                what = view.words(
                    key,
                    table=table_words(table, view.words),
                    column=view.words(f"total_{table}_{column}").lower(),
                )
                rows.append({"count": view.words.number(n_unknown), "what": what})
    return rows


def source_rows(view: View) -> list[dict[str, str]]:
    """Lay out sources, one row a file, with the tables and rows that came of it."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for table, info in view.region.tables.items():
        if not info.rows:
            continue
        files = [str(source.get("file", "")) for source in info.sources]
        for source in info.sources:
            terms = [source.get("credit"), source.get("licence"), source.get("note")]
            credit = " · ".join(str(term) for term in terms if term)
            date = str(source.get("retrieved_at") or source.get("timestamp") or "")
            key = (str(source.get("file", "")), credit, date)
            row = rows.setdefault(key, {"tables": [], "rows": 0, "shared": False})
            row["tables"].append(table_words(table, view.words))
            row["rows"] += info.rows
            row["shared"] |= len(files) > 1
    return [
        {
            "file": file,
            "credit": credit or view.words("unknown"),
            "date": view.words.day(date) if date else view.words("unknown"),
            "tables": ", ".join(dict.fromkeys(row["tables"])),
            "rows": view.words.number(row["rows"]) + ("*" if row["shared"] else ""),
        }
        for (file, credit, date), row in rows.items()
    ]


def edge_words(view: View) -> str:
    """Say whether what lies outside the study area is counted, and what its own border cuts."""
    zones = int((view.zones["role"] == "hinterland").sum()) if len(view.zones) else 0
    places = int((view.businesses["role"] == "hinterland").sum()) if len(view.businesses) else 0
    if zones or places:
        snap_words = view.words(
            "edge_with",
            hinterland=view.words.number(zones),
            businesses=view.words.number(places),
        )
        return f"{snap_words} {_cut_words(view)}".strip()
    return f"{view.words('edge_without')} {_cut_words(view)}".strip()


def _cut_words(view: View) -> str:
    """Say how many zones have their headline area cut by the border of the data."""
    share = view.summary.get("edge_effect_share")
    if share is None:
        return ""
    access = view.study.access
    return view.words(
        "edge_cut",
        share=view.words.figure(share, "share"),
        minutes=view.words.figure(access.headline_cutoff_min, "min"),
        mode=view.words(f"mode_{access.headline_mode}").lower(),
    )

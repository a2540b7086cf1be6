"""What became of sources with an address, as findings and provenance of the region.

A source with nothing in the study area was read: its kinds of constraint are known to be absent.
One that could not be fetched leaves them unknown, and says which of the results it was.
"""

from collections.abc import Mapping
from typing import Any

from geo_planner import schema
from geo_planner.config import FieldRule, LayerSource, Provenance
from geo_planner.errors import SourceError
from geo_planner.fetching import Fetched, FetchedStudy
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.region.ingested import Ingested, SourceRead
from geo_planner.words.english import Sentence

# results by the words that the constraints of a site have for them
STATES: Mapping[str, str] = {
    "not_reached": "service not reached",
    "layer_gone": "layer gone",
    "cut_short": "cut short",
    "key_missing": "key missing",
    "refused": "not checked",
}


# what one source of a list is called, where it is not the name of the list
_KINDS = {"layers": "layer", "rasters": "raster"}


def note_fetched(ingested: Ingested, found: FetchedStudy) -> None:
    """Keep what became of each source; those that are not read any more are told here."""
    for number, fetched in enumerate(found.fetched):
        if fetched.file is not None:
            ingested.fetched[str(fetched.file)] = fetched
            continue
        source = found.left_out[number]
        read = SourceRead(
            _KINDS.get(fetched.kind, fetched.kind),
            fetched.label,
            fetched.address,
            getattr(source, "layer", None),
            fetched.table,
            fetched=fetched,
        )
        ingested.reads.append(read)
        if fetched.is_failure and fetched.is_required:
            ingested.complain(SourceError(fetched.address, Sentence(fetched.what)), fetched.label)
            continue
        ingested.found([_finding(fetched)])
        _note_constraints(ingested, source, fetched)


def _finding(fetched: Fetched) -> Finding:
    if fetched.is_failure:
        return Finding(fetched.label, "left_out", 1, Reason("fetch_left_out", why=fetched.what))
    return Finding(fetched.label, "warning", 0, Reason("fetch_empty"))


def _note_constraints(ingested: Ingested, source: Any, fetched: Fetched) -> None:
    """Record which kinds of constraint a source tells of, and why it could not."""
    if not isinstance(source, LayerSource) or source.table != "constraints":
        return
    state = {"state": STATES[fetched.result]} if fetched.is_failure else {}
    reason = {"reason": str(fetched.what)} if fetched.is_failure else {}
    provenance = provenance_of(source, **kinds_read(source), **state, **reason)
    ingested.sources["constraints"].append(provenance)


def settle_empty(ingested: Ingested) -> None:
    """Give tables that sources told of, but with no row, a frame to stand by what they said."""
    for name, told in ingested.sources.items():
        if told and not ingested.frames.get(name):
            ingested.frames[name] = [schema.empty_frame(schema.tables()[name], ingested.crs)]


def older_copy(label: str, fetched: Fetched) -> Finding:
    """Say that an earlier copy stands for a source that could not be asked anew, and its age."""
    if fetched.fetched_at is None or fetched.doubt is None:
        raise ValueError("an earlier copy has a date, and a reason why it is used")
    day = fetched.fetched_at.date()
    what = Reason("fetch_older_used", why=fetched.doubt, day=day, days=fetched.age_days)
    return Finding(label, "warning", 1, what)


def provenance_of(source: Provenance, **parameters: Any) -> dict[str, Any]:
    """Say where a source comes from, as the region keeps it beside each table."""
    kept = source.model_dump(mode="json", include={"credit", "licence", "retrieved_at", "note"})
    return {
        "file": source.label,
        **{name: value for name, value in kept.items() if value is not None},
        **parameters,
    }


def kinds_read(source: LayerSource) -> dict[str, list[str]]:
    """Name the kinds of constraint a layer was read for, also those it holds no row of."""
    if source.table != "constraints":
        return {}
    rule = source.fields.get("kind")
    mapped = rule.values if isinstance(rule, FieldRule) else None
    kinds = {str(kind) for kind in (mapped or {}).values() if kind}
    if "kind" in source.constants:
        kinds.add(str(source.constants["kind"]))
    return {"kinds": sorted(kinds)} if kinds else {}

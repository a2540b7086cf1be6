"""All sources of a study that have an address, fetched before they are read as files.

Layers of the study area come first, since services are asked for it. What cannot be fetched is a
value beside the others, not an error, so that a user hears of all at once.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from geo_planner.config import (
    Fetchable,
    GbfsSource,
    LayerSource,
    OsmSource,
    RasterSource,
    Sources,
    Study,
)
from geo_planner.errors import GeoPlannerError, InputError, MissingDependencyError
from geo_planner.fetching.area import FetchArea, area_of
from geo_planner.fetching.asking import Asker, Key, Manners
from geo_planner.fetching.bicycles import fetch_stations
from geo_planner.fetching.files import fetch_file, name_of
from geo_planner.fetching.outcomes import (
    Fetched,
    Result,
    address_of,
    failure,
    host_of,
    result_of,
    said_by,
)
from geo_planner.fetching.rasters import fetch_raster
from geo_planner.fetching.services import fetch_arcgis, fetch_ogc_features
from geo_planner.fetching.store import Shelf, Stored, shelf_of
from geo_planner.fetching.streets import fetch_extract, fetch_overpass
from geo_planner.fetching.wfs import fetch_wfs
from geo_planner.reasons import Reason
from geo_planner.words.english import sentence

OFFLINE_VARIABLE = "GEO_PLANNER_OFFLINE"
_SERVICES = {"wfs": fetch_wfs, "ogc_features": fetch_ogc_features, "arcgis": fetch_arcgis}
_BYTES_PER_MB = 1_000_000

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class FetchedStudy:
    """Hold a study whose sources are files, and what became of those that have an address.

    Parameters
    ----------
    study
        The study; sources that could not be fetched, or have nothing there, are not in it.
    fetched
        What became of each source with an address, in the order of the study.
    left_out
        The sources that are not in the study any more, by the place in ``fetched``.
    """

    study: Study
    fetched: tuple[Fetched, ...]
    left_out: Mapping[int, Fetchable]


@dataclass(frozen=True)
class Fetching:
    """Say how sources are fetched.

    Parameters
    ----------
    refresh
        Ask again for what is kept; files are asked for only where they changed.
    is_offline
        Ask nobody.
    is_dry
        Ask nobody, and say what would be asked for.
    manners
        How servers are asked.
    progress
        Called with a label, and the bytes or rows that came, of how many.
    """

    refresh: bool = False
    is_offline: bool = False
    is_dry: bool = False
    manners: Manners | None = None
    progress: Progress = lambda _label, _done, _total: None


@dataclass(frozen=True)
class _Around:
    """Hold the study area, or why there is none."""

    area: FetchArea | None = None
    error: GeoPlannerError | None = None

    def required(self, source: Fetchable) -> FetchArea:
        """Return the study area, or say that there is none to ask for."""
        if self.area is not None:
            return self.area
        raise self.error or InputError(sentence("fault_needs_area", source=source.label))


def _around(study: Study) -> _Around:
    try:
        return _Around(area_of(study))
    except GeoPlannerError as error:
        return _Around(error=error)


def fetch_study(study: Study, how: Fetching | None = None) -> FetchedStudy:
    """Fetch the sources of a study that have an address, and name their files in its place.

    Parameters
    ----------
    study
        Settings; source paths absolute or relative to the working folder.
    how
        How; by default what is kept is used, and only what is missing is asked for. Nobody is
        asked where GEO_PLANNER_OFFLINE is set in the environment, whatever is said here.

    Examples
    --------
    >>> from geo_planner import Study
    >>> study = Study(study={"id": "town", "name": "Town"})
    >>> fetch_study(study).fetched
    ()
    """
    how = how or Fetching()
    if os.environ.get(OFFLINE_VARIABLE):
        how = replace(how, is_offline=True)
    listed = list(_listed(study))
    outlines = [number for number, (_, source) in enumerate(listed) if _is_outline(source)]
    others = [number for number in range(len(listed)) if number not in outlines]
    results = {number: _fetch(*listed[number], _Around(), how) for number in outlines}
    around = _around(_with_files(study, listed, results)) if others else _Around()
    results |= {number: _fetch(*listed[number], around, how) for number in others}
    fetched = tuple(results[number][0] for number in range(len(listed)))
    left_out = {n: listed[n][1] for n, found in enumerate(fetched) if found.file is None}
    return FetchedStudy(_with_files(study, listed, results), fetched, left_out)


def _listed(study: Study) -> Iterator[tuple[str, Fetchable]]:
    """List the sources that have an address, with the name of their list."""
    for kind in Sources.model_fields:
        for source in getattr(study.sources, kind):
            if isinstance(source, Fetchable) and _url_of(source) is not None:
                yield kind, source


def _url_of(source: Fetchable) -> str | None:
    return getattr(source, "overpass_url", None) or source.url


def _is_outline(source: Fetchable) -> bool:
    return isinstance(source, LayerSource) and source.table == "study_area"


def _with_files(
    study: Study,
    listed: Sequence[tuple[str, Fetchable]],
    results: Mapping[int, tuple[Fetched, Fetchable]],
) -> Study:
    """Put fetched sources in the place of those with an address; leave out what has no file."""
    places = {id(source): number for number, (_, source) in enumerate(listed)}
    kinds: dict[str, Any] = {}
    for kind in Sources.model_fields:
        kept = []
        for source in getattr(study.sources, kind):
            number = places.get(id(source))
            if number is None:
                kept.append(source)
            elif number in results and results[number][0].file is not None:
                kept.append(results[number][1])
        kinds[kind] = tuple(kept)
    return study.model_copy(update={"sources": study.sources.model_copy(update=kinds)})


def _fetch(
    kind: str, source: Fetchable, around: _Around, how: Fetching
) -> tuple[Fetched, Fetchable]:
    """Fetch a source, or take what is kept; give what became of it, and it with its file."""
    shelf = shelf_of(_question(source, around.area if _is_asked_by_area(source) else None))
    kept = shelf.stored()
    doubt: Reason | None = None
    try:
        result, now = _fetched(source, shelf, kept, around, how)
    except MissingDependencyError:
        raise
    except GeoPlannerError as error:
        failed = result_of(error)
        if kept is None or failed != "not_reached":
            return _outcome(kind, source, failed, said_by(error)), source
        # an earlier copy is better than none, if its age is said
        result, now, doubt = "stored", kept, said_by(error)
    result, what = _said(source, now, result)
    became = _outcome(kind, source, result, what)
    if now is not None:
        became = _with_copy(became, shelf, now, doubt)
    return became, _with_file(source, became)


def _fetched(
    source: Fetchable, shelf: Shelf, kept: Stored | None, around: _Around, how: Fetching
) -> tuple[Result, Stored | None]:
    """Choose between what is kept and asking; give the result and what is kept now."""
    if how.is_dry:
        return ("stored" if kept else "to_ask"), kept
    if kept is not None and (how.is_offline or not how.refresh):
        return "stored", kept
    if how.is_offline:
        raise failure(str(_url_of(source)), "not_reached", Reason("fetch_why_offline"))
    now = _ask(source, shelf, around, how)
    is_same = kept is not None and kept.sha256 == now.sha256
    return ("unchanged" if is_same else "fetched"), now


def _is_asked_by_area(source: Fetchable) -> bool:
    """Tell whether a source is asked for the study area alone."""
    if isinstance(source, LayerSource):
        return source.service != "file"
    return isinstance(source, OsmSource | RasterSource)


def _question(source: Fetchable, area: FetchArea | None) -> Mapping[str, Any]:
    """Give what makes one question another; its digest names the folder of the answer."""
    asked: dict[str, Any] = {
        "url": _url_of(source),
        "kind": type(source).__name__,
        "service": getattr(source, "service", "file"),
    }
    if asked["service"] != "file":
        asked["layer"] = getattr(source, "layer", None)
    return asked | (dict(area.question(source.around_m)) if area is not None else {})


def _ask(source: Fetchable, shelf: Shelf, around: _Around, how: Fetching) -> Stored:
    """Ask the server of a source."""
    url = str(_url_of(source))
    if isinstance(source, OsmSource) and source.overpass_url is not None:
        return fetch_overpass(url, shelf, around.required(source), source.around_m)
    key = Key(source.key_env, source.key_parameter) if source.key_env else None
    limits = source.limits  # type: ignore[attr-defined]

    def say(done: int, total: int | None) -> None:
        how.progress(source.label, done, total or 0)

    with Asker(url, key, how.manners, max_mb=limits.max_mb, say=say) as asker:
        if isinstance(source, LayerSource) and source.service != "file":
            area, layer = around.required(source), str(source.layer)
            return _SERVICES[source.service](asker, shelf, layer, area, source.around_m, limits)
        if isinstance(source, OsmSource):
            return fetch_extract(asker, shelf, around.area, source.around_m)
        if isinstance(source, RasterSource):
            return fetch_raster(asker, shelf, around.area, source.around_m)
        if isinstance(source, GbfsSource):
            return fetch_stations(asker, shelf)
        return fetch_file(asker, shelf, name_of(url))


def _with_file(source: Fetchable, became: Fetched) -> Fetchable:
    """Name the file of a source, and the day it was fetched where the study states none."""
    if became.file is None or became.fetched_at is None:
        return source
    day = source.retrieved_at or became.fetched_at.date()
    changed: dict[str, Any] = {"path": became.file, "retrieved_at": day}
    if getattr(source, "service", "file") != "file":
        # the local copy holds that layer alone
        changed["layer"] = None
    return source.model_copy(update=changed)


def _said(source: Fetchable, kept: Stored | None, result: Result) -> tuple[Result, Reason]:
    """Say what became of a source of which something is kept, or that is still to be asked for."""
    if kept is None:
        return result, Reason("fetch_to_ask")
    if kept.name is None:
        layer = getattr(source, "layer", None) or source.label
        host = host_of(str(_url_of(source)))
        return "nothing_there", Reason("nothing_there_source", host=host, layer=str(layer))
    day = kept.fetched_at.date()
    if result == "stored":
        return result, Reason("fetch_stored", day=day, days=kept.age_days)
    if result == "unchanged":
        return result, Reason("fetch_unchanged", day=day)
    if kept.rows is not None:
        return result, Reason("fetch_rows", rows=kept.rows)
    return result, Reason("fetch_done", size=round(kept.size_bytes / _BYTES_PER_MB, 1))


def _outcome(kind: str, source: Fetchable, result: Result, what: Reason) -> Fetched:
    """Say what became of a source, beside what the study states of it."""
    return Fetched(
        kind,
        source.label,
        address_of(str(_url_of(source))),
        result,
        what,
        is_required=source.is_required,
        table=getattr(source, "table", None),
        licence=source.licence,
        credit=source.credit,
    )


def _with_copy(became: Fetched, shelf: Shelf, kept: Stored, doubt: Reason | None) -> Fetched:
    """Name the local copy of a source, where it holds anything, and its age."""
    found = replace(became, fetched_at=kept.fetched_at, doubt=doubt)
    if kept.name is None:
        return found
    return replace(found, file=shelf.path(kept.name), size_bytes=kept.size_bytes)

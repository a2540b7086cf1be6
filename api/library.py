"""The studies a service holds: opened by id, read from their runs, read-only.

A run is read when it is first asked for, and ahead of that in the background; a region that stands
alone is analysed. A study whose folder was written anew is opened anew.
"""

import secrets
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import structlog

from geo_planner.analysis import AnalysisResult, read_result
from geo_planner.errors import GeoPlannerError
from geo_planner.pages.drawing.view import Language
from geo_planner.region import Region

from .errors import Refusal, RefusedError, refusal_of
from .folders import Place, Stamp, StudyFolder, find_studies, open_study, stamp_of

_log = structlog.get_logger(__package__)
_STOP_LIMIT_S = 1.0
_LOOK_EVERY_S = 1.0

State = Literal["computing", "ready", "failed"]
T = TypeVar("T")

RETRY_AFTER_S = 5
BASELINE = "baseline"
RESERVED = (
    BASELINE,
    "region",
    "scenarios",
    "compare",
    "service",
    "schema",
    "check",
    "derived",
    "read",
    "edits",
)


class _StoppedError(Exception):
    """Leave an analysis because the service stops."""


@dataclass
class Shelf:
    """Hold one result, of a study or of a scenario, and what was made of it.

    Parameters
    ----------
    study_id, scenario_id
        What it is asked for by; the scenario of a study itself is ``baseline``.
    place
        Where it lies.
    state
        Whether there is a result to read, its analysis runs, or it has failed.
    failure
        Why there is no result.
    step, share
        What the work is at, and how much of all of it is done, 0 to 1.
    opened_as
        Tells this opening of the place from a later one, when it was written anew.
    """

    study_id: str
    scenario_id: str
    place: Place
    state: State = "ready"
    failure: Refusal | None = None
    step: str = ""
    share: float = 0.0
    opened_as: str = field(default_factory=lambda: secrets.token_hex(4))
    _result: AnalysisResult | None = None
    _kept: dict[Hashable, Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def region(self) -> Region:
        """The region, whose tables are read when asked for."""
        return self.place.region

    @property
    def language(self) -> Language:
        """Language of the study."""
        return "da" if self.region.study.get("language") == "da" else "en"

    @property
    def name(self) -> str:
        """Name of the scenario, of the baseline that of the study."""
        origin = self.region.origin
        return str(self.region.study["name"] if origin is None else origin.scenario["name"])

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """Make something once, however many ask for it at the same time."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            value: T = self._kept[key]
            return value

    def result(self) -> AnalysisResult | None:
        """Return the result, read from its run where there is one; None without one."""
        if self._result is None and self.place.is_run and self.failure is None:
            with self._lock:
                self._read()
        return self._result

    def require_result(self) -> AnalysisResult:
        """Return the result.

        Raises
        ------
        RefusedError
            503 while the analysis runs, 422 when it failed.
        """
        found = self.result()
        if self.failure is not None:
            raise RefusedError(422, self.failure)
        if found is None:
            words = f"the analysis of {self.study_id!r} is running: ask again in a minute"
            refusal = Refusal(code="StillComputing", detail=words)
            raise RefusedError(503, refusal, retry_after_s=RETRY_AFTER_S)
        return found

    def compute(self, progress: Callable[[str, int, int], None]) -> None:
        """Compute the result of a region that stands alone, or keep why there is none."""
        from geo_planner.analysis import analyse  # slow to import, and runs need it not

        self._try(lambda: analyse(self.region, progress=progress), "the analysis")

    def _read(self) -> None:
        if self._result is None and self.failure is None:
            self._try(lambda: read_result(self.place.folder), "the run")

    def _try(self, make: Callable[[], AnalysisResult], what: str) -> None:
        try:
            self._result = make()
        except _StoppedError:
            raise
        except GeoPlannerError as error:
            refusal = refusal_of(error)
            self._fail(what, refusal.detail, refusal.problems)
            _log.warning("no result", study=self.study_id, reason=str(error))
        except Exception:  # noqa: BLE001 -- one bad study must not end the service
            self._fail(what, "unexpected error; the log of the service has the details", [])
            _log.exception("no result", study=self.study_id)

    def _fail(self, what: str, detail: str, problems: list[str]) -> None:
        words = f"{what} of {self.study_id!r} failed: {detail}"
        self.failure = Refusal(code="AnalysisFailed", detail=words, problems=problems)
        self.state = "failed"


class Study:
    """Hold the shelves of one study: its own and those of its scenarios.

    Parameters
    ----------
    found
        What lies in its folder.
    """

    def __init__(self, found: StudyFolder) -> None:
        self.found = found
        self._lock = threading.Lock()
        self._stamp = stamp_of(self.folder)
        self._looked_at = time.monotonic()
        self.shelves = _shelves(found)

    @property
    def study_id(self) -> str:
        """Id of the study."""
        return self.found.study_id

    @property
    def folder(self) -> Path:
        """Folder of the study."""
        return self.found.baseline.folder

    @property
    def baseline(self) -> Shelf:
        """The study itself."""
        return self.shelves[BASELINE]

    def look_again(self) -> None:
        """Open anew what was written since, at most once a second; keep what is half written."""
        with self._lock:
            if time.monotonic() - self._looked_at < _LOOK_EVERY_S:
                return
            self._looked_at = time.monotonic()
            try:
                stamp = stamp_of(self.folder)
                if stamp != self._stamp:
                    self._open_anew(stamp)
            except (GeoPlannerError, OSError) as error:
                _log.warning("study kept as it was", study=self.study_id, reason=str(error))

    def _open_anew(self, stamp: Stamp) -> None:
        found = open_study(self.folder)
        self.found = replace(found, study_id=self.study_id)
        anew = _shelves(self.found)
        for name, shelf in self.shelves.items():
            is_same = _manifest(stamp, shelf.place) == _manifest(self._stamp, shelf.place)
            if is_same and name in anew and anew[name].region.digest == shelf.region.digest:
                anew[name] = shelf
        self.shelves, self._stamp = anew, stamp
        _log.info("study opened anew", study=self.study_id)


def _shelves(found: StudyFolder) -> dict[str, Shelf]:
    places = {BASELINE: found.baseline, **found.scenarios}
    return {
        name: Shelf(found.study_id, name, place, "ready" if place.is_run else "computing")
        for name, place in places.items()
    }


def _manifest(stamp: Stamp, place: Place) -> list[tuple[str, int, int]]:
    return [entry for entry in stamp if Path(entry[0]).parent == place.folder]


class Library:
    """Hold studies by id.

    Parameters
    ----------
    folders
        Folders of runs, whose results are taken as they are, of regions, or of several of them.
    prepare
        Called with each study's own shelf once its result is there.

    Raises
    ------
    InputError
        When there is none in any folder.
    """

    def __init__(
        self, folders: Sequence[Path], prepare: Callable[[Shelf], None] = lambda _: None
    ) -> None:
        found = find_studies(folders)
        self.studies = {name: Study(study) for name, study in found.studies.items()}
        self.damaged: Mapping[str, GeoPlannerError] = found.damaged
        for name, error in found.damaged.items():
            _log.warning("a folder cannot be served", folder=name, reason=str(error))
        self._prepare = prepare
        self._is_stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Read or analyse all studies, one after the other, on a thread of their own."""
        self._is_stopping.clear()
        self._thread = threading.Thread(target=self._open_all, name="library", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leave the analysis at its next step."""
        self._is_stopping.set()
        if self._thread is not None:
            self._thread.join(_STOP_LIMIT_S)

    def shelf(self, study_id: str | None = None, scenario_id: str | None = None) -> Shelf:
        """Find a result by the ids of its study and scenario; None: the first study, its baseline.

        Raises
        ------
        RefusedError
            404 when there is no such study or scenario, with the ids there are.
        """
        study = self.study(study_id)
        name = scenario_id or BASELINE
        if name not in study.shelves:
            detail = f"no scenario {name!r} in {study.study_id!r}; there are:"
            refusal = Refusal(code="UnknownScenario", detail=detail, problems=list(study.shelves))
            raise RefusedError(404, refusal)
        return study.shelves[name]

    def study(self, study_id: str | None = None) -> Study:
        """Find a study by id; None: the first; as :meth:`shelf`."""
        if study_id is None and self.studies:
            study_id = next(iter(self.studies))
        if study_id not in self.studies:
            detail = f"no study {study_id!r}; there are:" if study_id else "no study can be served"
            refusal = Refusal(code="UnknownStudy", detail=detail, problems=list(self.studies))
            raise RefusedError(404, refusal)
        study = self.studies[study_id]
        study.look_again()
        return study

    def _open_all(self) -> None:
        try:
            for shelf in [study.baseline for study in self.studies.values()]:
                if shelf.state == "computing":
                    shelf.compute(self._follow(shelf))
                self._open(shelf)
        except _StoppedError:
            return

    def _open(self, shelf: Shelf) -> None:
        """Draw what there is to draw, then call the study ready."""
        if shelf.result() is None or self._is_stopping.is_set():
            return
        if shelf.state == "computing":
            shelf.step = "drawing pages"
        try:
            self._prepare(shelf)
        except Exception:  # noqa: BLE001 -- the page itself will answer with the error
            _log.exception("a page could not be drawn", study=shelf.study_id)
        shelf.state, shelf.step, shelf.share = "ready", "", 1.0
        _log.info("ready", study=shelf.study_id)

    def _follow(self, shelf: Shelf) -> Callable[[str, int, int], None]:
        steps: dict[str, float] = {}
        modes = shelf.region.study.get("access", {}).get("modes", ())
        n_steps = len(modes) + 1  # the last one draws the pages

        def progress(step: str, done: int, total: int) -> None:
            if self._is_stopping.is_set():
                raise _StoppedError
            steps[step] = done / total if total else 0.0
            shelf.step, shelf.share = step, sum(steps.values()) / n_steps

        return progress

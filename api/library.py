"""The regions a service holds: opened by id, analysed in the background, read-only."""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import structlog

from geo_planner.analysis import AnalysisResult, analyse, read_result
from geo_planner.errors import GeoPlannerError, InputError
from geo_planner.region import Region, open_region
from geo_planner.run_folder import is_run

from .errors import ErrorBody, RefusedError, error_body

_log = structlog.get_logger(__package__)
_STOP_LIMIT_S = 5.0

State = Literal["computing", "ready", "failed"]
T = TypeVar("T")

RETRY_AFTER_S = 5


class _StoppedError(Exception):
    """Leave an analysis because the service stops."""


@dataclass
class Shelf:
    """Hold one region, its state, its result once it is there, and what was drawn of it.

    Parameters
    ----------
    region
        The region.
    state
        Whether its analysis runs, is done or has failed.
    result
        Result of the analysis.
    failure
        Why there is none.
    step, share
        What the work is at, and how much of all of it is done, 0 to 1.
    """

    region: Region
    state: State = "computing"
    result: AnalysisResult | None = None
    failure: ErrorBody | None = None
    step: str = ""
    share: float = 0.0
    _kept: dict[Hashable, Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def region_id(self) -> str:
        """Id of the study, which names the region in requests."""
        return str(self.region.study["id"])

    @property
    def name(self) -> str:
        """Name of the study."""
        return str(self.region.study["name"])

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """Make something once, however many ask for it at the same time."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            value: T = self._kept[key]
            return value

    def require_result(self) -> AnalysisResult:
        """Return the result.

        Raises
        ------
        RefusedError
            503 while the analysis runs, 422 when it failed.
        """
        if self.failure is not None:
            raise RefusedError(422, self.failure)
        if self.result is None:
            words = f"the analysis of {self.region_id!r} is running: ask again in a minute"
            body = ErrorBody(code="StillComputing", message=words, problems=[])
            raise RefusedError(503, body, retry_after_s=RETRY_AFTER_S)
        return self.result

    def compute(self, progress: Callable[[str, int, int], None]) -> None:
        """Compute the result, or keep the reason why there is none."""
        try:
            self.result = analyse(self.region, progress=progress)
        except _StoppedError:
            raise
        except GeoPlannerError as error:
            self._fail(error_body(error))
            _log.warning("analysis failed", region=self.region_id, reason=str(error))
        except Exception:  # noqa: BLE001 -- one bad region must not end the service
            words = "unexpected error; the log of the service has the details"
            self._fail(ErrorBody(code="AnalysisFailed", message=words, problems=[]))
            _log.exception("analysis failed", region=self.region_id)

    def _fail(self, body: ErrorBody) -> None:
        words = f"the analysis of {self.region_id!r} failed: {body.message}"
        self.failure = ErrorBody(code="AnalysisFailed", message=words, problems=body.problems)
        self.state = "failed"


def _shelf_of(folder: Path) -> Shelf:
    """Take a run as it is; a region that stands alone waits for its analysis."""
    if not is_run(folder):
        return Shelf(open_region(folder))
    result = read_result(folder)
    return Shelf(result.region, result=result)


class Library:
    """Hold regions by the id of their study.

    Parameters
    ----------
    folders
        Folders of runs, whose results are taken as they are, or of regions.
    prepare
        Called with each shelf once its result is there, before its pages open.

    Raises
    ------
    RegionError
        When a folder is no region.
    InputError
        When there is none, or two regions have the same id.
    """

    def __init__(
        self, folders: Sequence[Path], prepare: Callable[[Shelf], None] = lambda _: None
    ) -> None:
        self.shelves: dict[str, Shelf] = {}
        self._prepare = prepare
        self._is_stopping = threading.Event()
        self._thread: threading.Thread | None = None
        for folder in folders:
            shelf = _shelf_of(folder)
            if shelf.region_id in self.shelves:
                raise InputError(f"{folder}: another region has the id {shelf.region_id!r} already")
            self.shelves[shelf.region_id] = shelf
        if not self.shelves:
            raise InputError("no region to serve: name at least one region folder")

    def start(self) -> None:
        """Analyse all regions, one after the other, on a thread of their own."""
        self._is_stopping.clear()
        self._thread = threading.Thread(target=self._analyse_all, name="analysis", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leave the analysis at its next step."""
        self._is_stopping.set()
        if self._thread is not None:
            self._thread.join(_STOP_LIMIT_S)

    def _analyse_all(self) -> None:
        try:
            for shelf in self.shelves.values():
                if shelf.state == "computing":
                    if shelf.result is None:
                        shelf.compute(self._follow(shelf))
                    self._open(shelf)
        except _StoppedError:
            return

    def _open(self, shelf: Shelf) -> None:
        """Draw what there is to draw, then call the region ready."""
        if shelf.result is None:
            return
        shelf.step = "drawing pages"
        try:
            self._prepare(shelf)
        except Exception:  # noqa: BLE001 -- the page itself will answer with the error
            _log.exception("a page could not be drawn", region=shelf.region_id)
        shelf.state, shelf.step, shelf.share = "ready", "", 1.0
        _log.info("ready", region=shelf.region_id)

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

    def shelf(self, region_id: str | None) -> Shelf:
        """Find a region by id; None: the first.

        Raises
        ------
        RefusedError
            404 when there is no such region, with the ids there are.
        """
        if region_id is None:
            return next(iter(self.shelves.values()))
        if region_id not in self.shelves:
            words = f"no region {region_id!r}; there are:"
            body = ErrorBody(code="UnknownRegion", message=words, problems=list(self.shelves))
            raise RefusedError(404, body)
        return self.shelves[region_id]

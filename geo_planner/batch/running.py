"""Running a batch: give tiles out, take receipts in; what is done already is left alone."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import Any

from geo_planner.batch.crews import Crew, Task, opened_crew
from geo_planner.batch.plan import (
    BATCH_FILE,
    PLAN_FILE,
    Plan,
    read_manifest,
    text_digest,
)
from geo_planner.batch.preparing import prepare
from geo_planner.batch.receipts import Receipt, receipt_of, receipts
from geo_planner.batch.status import BatchStatus, batch_status
from geo_planner.batch.tiles import Outcome, lay_out
from geo_planner.config import Job, read_job
from geo_planner.errors import ConfigError, FolderError, GeoPlannerError, InputError, require_path
from geo_planner.findings import Finding
from geo_planner.folders import locked, sha256_of, write_json

MOST_ATTEMPTS, MOST_LOST = 3, 12
LEAST_GIB = 0.5
_TASK_S, _MOST_TASK_TILES = 1.0, 256
_SHARE_LEFT = 4

Tile = tuple[int, int]


def run_batch(
    job: Job | Mapping[str, Any] | Path | str,
    out: Path | str,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    memory_gib: float | None = None,
    threads: int | None = None,
    redo: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    on_dashboard: Callable[[str], None] = lambda _address: None,
) -> BatchStatus:
    """Measure what a job asks for, tile by tile, into a folder; go on where an earlier run stopped.

    Parameters
    ----------
    job
        A job, its keys, or the path of its file.
    out
        Folder of the batch; made if need be. A folder of the same job is gone on with.
    workers
        Processes on this machine; 1: this one, on threads. More need the extra ``batch`` (Dask).
    scheduler
        Address of a Dask cluster, whose workers see all folders and files by the same paths.
    memory_gib
        Memory of all processes on this machine [GiB], held to by Dask; None: not bounded.
    threads
        Searches at once of a process; None: one per core, or one where there are several workers.
    redo
        Do all of it again, with what its inputs hold now.
    progress
        Called with tiles done and all tiles of this run.
    on_dashboard
        Called with the address of the dashboard, where there is one.

    Returns
    -------
    BatchStatus
        What is done, and which origins could not be measured.

    Raises
    ------
    ConfigError
        With all that is wrong with the job.
    FolderError
        When another batch writes to the folder, or it holds a batch of other inputs.
    MissingDependencyError
        When a cluster is asked for and Dask is not installed.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import example_region, read_batch, run_batch
    >>> count = {"kind": "cumulative", "opportunities": "businesses:employees_count",
    ...          "cutoffs_min": [10]}
    >>> job = {"region": example_region().path, "modes": ["walk"], "measures": [count]}
    >>> status = run_batch(job, folder := mkdtemp())
    >>> status.state, status.tiles
    ('complete', 1)
    >>> read_batch(folder).to_table().column("employees_count_10min").to_pylist()[:2]
    [70.0, 70.0]
    """
    whole = _job_of(job)
    folder = _folder_of(out)
    _require_crew(workers, memory_gib, scheduler)
    with locked(folder):
        plan = prepare(whole, folder, redo=redo)
        identity = text_digest([read_manifest(folder)["inputs"], sha256_of(folder / PLAN_FILE)])
        todo = [tile for tile, receipt in receipts(plan) if receipt.state != "done"]
        findings = _lay_out(plan, identity, todo)
        if todo:
            with opened_crew(workers, scheduler, memory_gib, threads) as (crew, address):
                if address:
                    on_dashboard(address)
                _Work(plan, identity, crew, progress).do(todo)
        _close(plan, findings)
    return replace(batch_status(folder), findings=findings)


def _job_of(given: Job | Mapping[str, Any] | Path | str) -> Job:
    if isinstance(given, Job):
        return given.based_in(Path.cwd())
    if isinstance(given, Mapping):
        return Job(**given).based_in(Path.cwd())
    return read_job(require_path(given, "job")).based_in(Path.cwd())


def _folder_of(out: Path | str) -> Path:
    folder = require_path(out, "out").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(str(folder), f"cannot be made ({error.strerror})") from error
    return folder


def _require_crew(workers: int, memory_gib: float | None, scheduler: str | None) -> None:
    problems = []
    if workers < 1:
        problems.append(f"workers = {workers}: at least one has to work")
    if memory_gib is not None and memory_gib < LEAST_GIB * max(workers, 1):
        problems.append(
            f"memory_gib = {memory_gib:g}: at least {LEAST_GIB} GiB a worker, for programs alone"
        )
    if scheduler is not None and (workers != 1 or memory_gib is not None):
        problems.append(
            f"scheduler = {scheduler!r}: a cluster has its own workers and memory; leave workers "
            "and memory_gib out"
        )
    if problems:
        raise InputError("nobody can work on this batch", problems)


def _lay_out(plan: Plan, identity: str, todo: Iterable[Tile]) -> tuple[Finding, ...]:
    """Lay out every series that has work left: what is wrong with any comes before all work."""
    problems: list[str] = []
    findings: list[Finding] = []
    for number in dict.fromkeys(number for number, _ in todo):
        try:
            findings += lay_out(str(plan.folder), identity, number).findings
        except GeoPlannerError as error:
            problems.append(f"{plan.series[number].folder}: {error}")
    if problems:
        raise ConfigError("the job cannot be done", problems)
    return tuple(dict.fromkeys(findings))


@dataclass
class _Work:
    """Give out tiles and take in how it went."""

    plan: Plan
    identity: str
    crew: Crew
    progress: Callable[[int, int], None]
    tries: Counter[Tile] = field(default_factory=Counter)
    seconds: dict[int, float] = field(default_factory=dict)
    suspects: dict[Tile, object] = field(default_factory=dict)
    n_lost: int | None = 0

    def do(self, todo: list[Tile]) -> None:
        """Do all tiles; those that fail are tried again at the end, each by itself."""
        waiting, n_tasks, n_done = deque(todo), 0, 0
        while waiting or n_tasks:
            while waiting and self.crew.has_room:
                self.crew.start(self._next(waiting))
                n_tasks += 1
            for task, found in self.crew.finished():
                n_tasks -= 1
                for outcome in self._lost(task, found) if isinstance(found, str) else found:
                    if self._is_ended(outcome):
                        n_done += 1
                        self.progress(n_done, len(todo))
                    else:
                        waiting.append(outcome.tile)

    def _next(self, waiting: deque[Tile]) -> Task:
        """Put as many tiles of a series together as make a task of some length."""
        number, first = waiting.popleft()
        tiles = [first]
        tile_s = self.seconds.get(number)
        most = 1 if tile_s is None else min(ceil(_TASK_S / max(tile_s, 1e-6)), _MOST_TASK_TILES)
        most = min(most, 1 + len(waiting) // (_SHARE_LEFT * self.crew.n_workers))
        while len(tiles) < most and waiting[0][0] == number and not self.tries[waiting[0]]:
            tiles.append(waiting.popleft()[1])
        return Task(str(self.plan.folder), self.identity, number, tuple(tiles))

    def _is_ended(self, outcome: Outcome) -> bool:
        """Tell whether a tile is not to be tried again in this run."""
        receipt = outcome.receipt
        if outcome.stops:
            raise FolderError(
                str(self.plan.folder),
                f"no results can be written ({outcome.stops}): mend that and run the same command "
                "again, which goes on from here",
            )
        suspects = receipt.killers, receipt.suspect
        if receipt.suspect and suspects != self.suspects.get(outcome.tile):
            self.tries[outcome.tile] = 0  # fewer origins are suspected than before
            self.suspects[outcome.tile] = suspects
        self._require_some_ended(receipt)
        self.tries[outcome.tile] += 1
        if receipt.seconds is not None:
            # what a first tile takes to open a region weighs less with every further one
            self.seconds[outcome.tile[0]] = min(
                receipt.seconds, self.seconds.get(outcome.tile[0], receipt.seconds)
            )
        return receipt.state != "failed" or self.tries[outcome.tile] >= MOST_ATTEMPTS

    def _require_some_ended(self, receipt: Receipt) -> None:
        """End a batch whose workers end before they finish anything."""
        if not receipt.suspect:
            self.n_lost = None
        elif self.n_lost is not None:
            self.n_lost += 1
            if self.n_lost >= MOST_LOST:
                raise FolderError(
                    str(self.plan.folder),
                    f"{self.n_lost} times workers ended before any finished a tile: give them more "
                    f"memory, or fewer origins a tile ({receipt.reasons[-1]})",
                )

    def _lost(self, task: Task, why: str) -> list[Outcome]:
        """Find what a worker that ended had done of its task, and say why the rest was not."""
        outcomes = []
        for tile in task.tiles:
            receipt = receipt_of(self.plan, task.number, tile)
            if receipt.state != "done":
                reason = f"its worker ended, perhaps for lack of memory ({why})"
                suspect = receipt.suspect or (0, self.plan.series[task.number].n_of(tile))
                receipt = replace(
                    receipt, state="failed", suspect=suspect, reasons=(*receipt.reasons, reason)
                )
                receipt.write(self.plan.receipt(task.number, tile))
            outcomes.append(Outcome((task.number, tile), receipt))
        return outcomes


def _close(plan: Plan, findings: tuple[Finding, ...]) -> None:
    """Write into the manifest how the work on every tile went."""
    manifest = read_manifest(plan.folder)
    earlier = [Finding.from_json(one) for one in manifest.get("findings", ())]
    partitions = [
        {
            "file": str(plan.partition(*tile).relative_to(plan.folder)),
            "state": receipt.state,
            "attempts": receipt.attempts,
            "seconds": receipt.seconds,
            "rows": receipt.rows,
            "sha256": receipt.sha256,
        }
        for tile, receipt in receipts(plan)
    ]
    found = [one.to_json() for one in dict.fromkeys([*earlier, *findings])]
    write_json(plan.folder / BATCH_FILE, {**manifest, "findings": found, "partitions": partitions})

"""Who works on tiles: this process, or workers of a Dask cluster."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

from geo_planner.batch.isolating import text_of
from geo_planner.batch.tiles import Outcome, do_tiles
from geo_planner.errors import FolderError, InputError, MissingDependencyError
from geo_planner.travel_time.blocks import chosen_threads

if TYPE_CHECKING:
    from distributed import Client

_TASKS_PER_WORKER = 2
_CONNECT_S = 20
_LOOK_S, _LOOKS_TO_REPLACE, _LOOKS_TO_END = 5, 6, 60


@dataclass(frozen=True)
class Task:
    """Name some tiles of one series of a batch.

    Parameters
    ----------
    folder, identity
        Folder of the batch, and the digest of its plan.
    number, tiles
        Number of the series, and of tiles in it.
    """

    folder: str
    identity: str
    number: int
    tiles: tuple[int, ...]


class Crew(Protocol):
    """Promise what whoever works on tiles can do."""

    @property
    def n_workers(self) -> int:
        """Count the workers there are now."""
        ...

    @property
    def has_room(self) -> bool:
        """Whether a further task can be taken on now."""
        ...

    def start(self, task: Task) -> None:
        """Take a task on."""
        ...

    def finished(self) -> Iterator[tuple[Task, list[Outcome] | str]]:
        """Wait for a task at least; give outcomes, or why a worker ended without any."""
        ...


@dataclass
class OneProcess:
    """Work in this process, on threads.

    Parameters
    ----------
    threads
        Searches at once.
    """

    threads: int
    n_workers: int = 1
    _waiting: list[Task] = field(default_factory=list)

    @property
    def has_room(self) -> bool:
        """Whether a further task can be taken on now."""
        return not self._waiting

    def start(self, task: Task) -> None:
        """Take a task on."""
        self._waiting.append(task)

    def finished(self) -> Iterator[tuple[Task, list[Outcome] | str]]:
        """Do the task taken on."""
        while self._waiting:
            task = self._waiting.pop()
            yield (
                task,
                do_tiles(task.folder, task.identity, task.number, list(task.tiles), self.threads),
            )


class Cluster:
    """Work on a Dask cluster; a task whose worker ends is given to another.

    Parameters
    ----------
    client
        Client of the cluster.
    add_workers
        Starts so many more; where nobody can, a cluster that lost all is waited for a while.
    """

    def __init__(
        self, client: "Client", add_workers: Callable[[int], None] = lambda _number: None
    ) -> None:
        self._client = client
        self._add_workers = add_workers
        self._n_wanted, self._n_looks = self.n_workers, 0
        self._tasks: dict[Any, Task] = {}
        self._ended: SimpleQueue[Any] = SimpleQueue()

    @property
    def n_workers(self) -> int:
        """Count the workers there are now."""
        return max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))

    @property
    def has_room(self) -> bool:
        """Whether a further task can be taken on now: every worker has its next one at hand."""
        return len(self._tasks) < _TASKS_PER_WORKER * self.n_workers

    def start(self, task: Task) -> None:
        """Take a task on."""
        future = self._client.submit(work_on, task, pure=False, retries=0)
        self._tasks[future] = task
        future.add_done_callback(self._ended.put)  # type: ignore[no-untyped-call]

    def finished(self) -> Iterator[tuple[Task, list[Outcome] | str]]:
        """Wait for a task at least; give outcomes, or why a worker ended without any."""
        while True:
            with contextlib.suppress(Empty):
                future = self._ended.get(timeout=_LOOK_S)
                break
            self._look_after_workers()
        task = self._tasks.pop(future)
        error = future.exception()
        yield task, future.result() if error is None else text_of(error)

    def _look_after_workers(self) -> None:
        """Replace workers that did not come back: Dask starts none anew that ended while starting.

        Raises
        ------
        FolderError
            When there has been no worker for long.
        """
        n_there = len(self._client.scheduler_info(n_workers=-1)["workers"])
        self._n_looks = 0 if n_there >= self._n_wanted else self._n_looks + 1
        if self._n_looks and self._n_looks % _LOOKS_TO_REPLACE == 0:
            self._add_workers(self._n_wanted - n_there)
        if not n_there and self._n_looks >= _LOOKS_TO_END:
            raise FolderError(
                next(iter(self._tasks.values())).folder,
                f"no worker is left since {self._n_looks * _LOOK_S} s: start workers, and run the "
                "same command again, which goes on from here",
            )


def work_on(task: Task) -> list[Outcome]:
    """Do a task on a worker of a cluster, on as many threads as it has."""
    from distributed import get_worker

    threads = get_worker().state.nthreads
    return do_tiles(task.folder, task.identity, task.number, list(task.tiles), threads)


def dask_setup(worker: object) -> None:  # noqa: ARG001 -- the name and argument Dask asks for
    """Let workers that start here leave Ctrl-C to the client, which ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def opened_crew(
    workers: int, scheduler: str | None, memory_gib: float | None, threads: int | None
) -> Iterator[tuple[Crew, str]]:
    """Open a crew; give it, and the address of its dashboard where it has one.

    Parameters
    ----------
    workers
        Processes; one works here, unless its memory is bounded.
    scheduler
        Address of a cluster that is there already; None: one on this machine where it is needed.
    memory_gib
        Memory of all workers on this machine [GiB]; a worker that takes more is ended, and what
        it worked on is begun again by another.
    threads
        Searches at once of this process, or of each worker of a cluster that starts here; None:
        all cores here, one each there.

    Raises
    ------
    MissingDependencyError
        When a cluster is asked for and Dask is not installed.
    InputError
        When no scheduler answers at the address.
    """
    if scheduler is None and workers == 1 and memory_gib is None:
        yield OneProcess(chosen_threads(threads)), ""
        return
    with _client(workers, scheduler, memory_gib, threads or 1) as (client, add_workers):
        yield Cluster(client, add_workers), str(client.dashboard_link or "")


@contextlib.contextmanager
def _client(
    workers: int, scheduler: str | None, memory_gib: float | None, threads: int
) -> Iterator[tuple["Client", Callable[[int], None]]]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise MissingDependencyError("distributed", "batch") from error
    if scheduler is not None:
        try:
            client = Client(  # type: ignore[no-untyped-call]
                scheduler, timeout=_CONNECT_S, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise InputError(
                f"no Dask scheduler answers at {scheduler!r} ({error}): start one, or leave it out "
                "to work on this machine"
            ) from error
        with client:
            yield client, lambda _number: None
        return
    limit = "auto" if memory_gib is None else int(memory_gib * 2**30 / workers)
    with (
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers, threads_per_worker=threads, processes=True, memory_limit=limit,
            dashboard_address="127.0.0.1:0", silence_logs=50, preload=__name__,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,  # type: ignore[no-untyped-call]
    ):  # fmt: skip
        yield client, lambda number: cluster.scale(len(cluster.worker_spec) + number)

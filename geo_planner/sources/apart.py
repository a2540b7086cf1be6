"""Sources read in a process of their own, which may take only so long and so much memory.

Whatever a file does to its reader, a loop without end, a crash in compiled code or all of the
memory, ends that process and becomes an error about the file. One process reads one source after
the other; it is started with the first, and anew after one that had to be ended or that left
more memory behind than the next source should bear.
"""

import atexit
import os
import pickle
import re
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import wait
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

from geo_planner.config import SourceLimits
from geo_planner.errors import SourceError
from geo_planner.words.english import sentence

T = TypeVar("T")

_OF_MEMORY = re.compile(
    r"out of memory|not enough memory|(un)?able to allocate|cannot allocate|alloc\b|bad_alloc|"
    r"can't start new thread",
    re.IGNORECASE,
)
_LOOK_S = 1.0
_KEPT_MB = 2000.0
# what the system counts against a limit, and what is in use: libraries reserve much and use little
_RESERVED, _RESIDENT = "VmData", "VmRSS"


class _Reply(NamedTuple):
    """Hold what a reader gave or raised."""

    result: Any = None
    error: BaseException | None = None
    lacked_memory: bool = False
    is_heavy: bool = False


def read_apart(read: Callable[..., T], *arguments: Any, limits: SourceLimits, label: str) -> T:
    """Call a reader in a process of its own.

    Parameters
    ----------
    read
        Reader: a function of a module.
    arguments
        What it is given; like what it returns, they go from process to process.
    limits
        How long it may take, and how much memory.
    label
        Name of the source in errors.

    Raises
    ------
    SourceError
        When it takes more than is allowed for, or breaks down. What the reader raises comes out as
        it is.
    """
    question = (Path.cwd(), read, arguments, limits.max_memory_mb)
    reply = _reader().ask(question, limits, label)
    if reply.error is not None:
        raise reply.error
    result: T = reply.result
    return result


@cache
def _reader() -> "_Reader":
    reader = _Reader()
    atexit.register(reader.end)
    return reader


class _Reader:
    """Keep the process that reads, and talk to it; one question at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._questions: IO[bytes]
        self._replies: IO[bytes]

    def ask(self, question: Any, limits: SourceLimits, label: str) -> _Reply:
        """Send a question and wait for the reply, no longer than is allowed for."""
        with self._lock:
            try:
                return self._ask(question, limits, label)
            except BaseException:
                self._kill()
                raise

    def _ask(self, question: Any, limits: SourceLimits, label: str) -> _Reply:
        process = self._started()
        try:
            pickle.dump(question, self._questions, protocol=pickle.HIGHEST_PROTOCOL)
            self._questions.flush()
            if not wait([self._replies.fileno()], limits.max_seconds):
                raise SourceError(
                    label,
                    sentence("fault_too_slow", limit=f"{limits.max_seconds:g}"),
                )
            reply: _Reply = pickle.load(self._replies)  # noqa: S301 -- from our own process
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            code = process.wait()
            how = signal.strsignal(-code) if code < 0 else f"exit code {code}"
            raise SourceError(
                label,
                sentence("fault_reader_broke", how=how, limit=f"{limits.max_memory_mb:g}"),
            ) from None
        if reply.lacked_memory:
            raise SourceError(
                label,
                sentence("fault_too_much_memory", limit=f"{limits.max_memory_mb:g}"),
            ) from reply.error
        if reply.is_heavy:
            self.end()
        return reply

    def _started(self) -> "subprocess.Popen[bytes]":
        """Give the process; start it where there is none, or only that of a parent process."""
        is_own = self._owner == os.getpid()
        if self._process is not None and is_own and self._process.poll() is None:
            return self._process
        questions, ours = os.pipe()
        theirs, replies = os.pipe()
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; from geo_planner.sources.apart import serve; "
            f"serve({questions}, {replies})"
        )
        self._process = subprocess.Popen(  # noqa: S603 -- this very program
            [sys.executable, "-c", code], pass_fds=(questions, replies), stdin=subprocess.DEVNULL
        )
        for end in (questions, replies):
            os.close(end)
        self._owner = os.getpid()
        self._questions, self._replies = os.fdopen(ours, "wb"), os.fdopen(theirs, "rb")
        return self._process

    def _kill(self) -> None:
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self.end()

    def end(self) -> None:
        """Let the process go: it ends when nothing more can come."""
        if self._process is None or self._owner != os.getpid():
            return
        for stream in (self._questions, self._replies):
            try:
                stream.close()
            except BrokenPipeError:
                continue
        self._process.wait()
        self._process = None


def serve(questions: int, replies: int) -> None:
    """Read what is asked for until nothing more can come: the other process's whole work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks ends this process too
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    with os.fdopen(questions, "rb") as incoming, os.fdopen(replies, "wb") as outgoing:
        while True:
            try:
                folder, read, arguments, max_memory_mb = pickle.load(incoming)  # noqa: S301
            except EOFError:
                return
            os.chdir(folder)  # paths may begin where the asker stands now
            reply = _read(read, arguments, max_memory_mb)
            reply = reply._replace(is_heavy=_memory_mb(_RESIDENT) > _KEPT_MB)
            try:
                pickle.dump(reply, outgoing, protocol=pickle.HIGHEST_PROTOCOL)
                outgoing.flush()
            except BrokenPipeError:
                os._exit(1)  # who asked was killed: closing the pipe would fail once more


def _end_with_parent(parent: int) -> None:
    """End a reader that nobody waits for any more, whatever it is doing."""
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(1)


def _read(read: Callable[..., Any], arguments: tuple[Any, ...], max_memory_mb: float) -> _Reply:
    earlier = resource.getrlimit(resource.RLIMIT_DATA)
    try:
        _limit_memory(max_memory_mb, earlier[1])
        return _Reply(read(*arguments))
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is told where it is asked
        if _is_of_memory(error):
            return _Reply(lacked_memory=True)
        if not _is_sendable(error):
            error = RuntimeError(f"{type(error).__name__}: {error}")
        error.add_note(f"in the process that reads:\n{traceback.format_exc()}")
        return _Reply(error=error)
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, earlier)


def _limit_memory(max_memory_mb: float, hard: int) -> None:
    """Let this process take so much more memory than it has, where that can be told."""
    if data_mb := _memory_mb(_RESERVED):
        most = int((data_mb + max_memory_mb) * 1e6)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _memory_mb(kind: str) -> float:
    """Say how much memory this process has; 0 where the system does not tell, as Linux does."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    found = re.search(rf"{kind}:\s+(\d+) kB", status.read_text("utf-8"))
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def _is_of_memory(error: BaseException | None) -> bool:
    """Tell whether an error, or what led to it, is for want of memory."""
    while error is not None:
        if isinstance(error, MemoryError) or _OF_MEMORY.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_sendable(error: Exception) -> bool:
    try:
        return type(pickle.loads(pickle.dumps(error))) is type(error)  # noqa: S301 -- made here
    except Exception:  # noqa: BLE001 -- errors of libraries may be of any make
        return False

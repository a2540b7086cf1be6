"""What a job does, in a process of its own that knows no database: one call of the library."""

import os
import shutil
import signal
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, NamedTuple

from geo_planner.errors import FolderError, GeoPlannerError

from ..processes import end_with_parent

_NICER = 10


class Told(NamedTuple):
    """Say how far a job is, or how it ended.

    Parameters
    ----------
    kind
        A step of the work, its end, a failure of the input, or a fault of ours.
    step, share
        What it is at; how much of it is done, 0 to 1.
    problems
        What is wrong, where it failed.
    """

    kind: Literal["step", "done", "failed", "fault"]
    step: str = ""
    share: float = 0.0
    problems: tuple[str, ...] = ()


def run_scenario(pipe: Connection, study: Path, content: Mapping[str, Any], parent_id: int) -> None:
    """Run a scenario of the study in a folder, into a folder beside it; tell how it goes."""
    end_with_parent()
    if os.getppid() != parent_id:  # the service ended before this began
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICER)
    try:
        _run(study, content, lambda step, share: pipe.send(Told("step", step, share)))
        pipe.send(Told("done", share=1.0))
    except GeoPlannerError as error:
        pipe.send(Told("failed", str(error), problems=tuple(getattr(error, "problems", ()))))
    except OSError as error:
        pipe.send(Told("failed", f"the result cannot be written: {error.strerror}"))
    except Exception:  # noqa: BLE001 -- told to the service, which logs it
        pipe.send(Told("fault", traceback.format_exc()))


def _run(study: Path, content: Mapping[str, Any], tell: Any) -> None:
    from geo_planner.analysis import read_result
    from geo_planner.folders import take_place
    from geo_planner.report import write_scenario
    from geo_planner.run_folder import is_run
    from geo_planner.scenario import apply_scenario

    scenario_id = str(content["id"])
    folder, beside = study / scenario_id, study / f".job-{scenario_id}"
    if folder.exists() and not is_run(folder):
        raise FolderError(str(folder), f"{scenario_id}/ holds no run: give the scenario another id")
    tell("reading the study", 0.0)
    result = read_result(study)
    shutil.rmtree(beside, ignore_errors=True)
    try:
        tell("applying the scenario", 0.0)
        child = apply_scenario(result.region, dict(content), beside / "region", is_listed=False)
        progress = _Shares(len(result.summary.get("modes", ())), tell)
        write_scenario(result, child, beside, progress=progress)
        take_place(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


class _Shares:
    """Turn the progress of steps into a share of the whole."""

    def __init__(self, n_modes: int, tell: Any) -> None:
        self._n_steps = n_modes + 4  # applying, policy, writing, comparing
        self._steps: dict[str, float] = {}
        self._tell = tell

    def __call__(self, step: str, done: int, total: int) -> None:
        self._steps = dict.fromkeys(self._steps, 1.0) | {step: done / total if total else 0.0}
        self._tell(step, min(0.99, sum(self._steps.values()) / self._n_steps))

"""Answers for tests of who asks when: they wait as long as they are asked to, and note it."""

import os
import time
from pathlib import Path

from api.asking.question import Answer
from geo_planner.errors import InputError


def answer(_openings, question):
    """Wait some seconds; write a line to a file at the start and at the end."""
    asked = question.asked
    note(asked, "begun")
    if asked.get("fail") == "input":
        raise InputError("does not fit", ["a"])
    if asked.get("fail") == "bug":
        raise RuntimeError("secret of /srv/hidden")
    if asked.get("fail") == "end":
        os._exit(3)
    time.sleep(asked.get("wait_s", 0))
    note(asked, "ended")
    return Answer(str(os.getpid()))


def note(asked, words):
    if "log" in asked:
        with Path(asked["log"]).open("a") as log:
            log.write(f"{words}\n")

"""No question stops the service: deadlines, turns, askers who leave, processes that end."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from api.asking.askers import Askers
from api.asking.question import Question
from api.errors import RefusedError
from api.settings import ServiceSettings
from geo_planner.errors import InputError
from tests.api.slow_answers import answer

LONG_S = 600


def question(**asked):
    return Question("slow", Path("nowhere"), "digest", asked)


def run(work, **settings):
    """Run some work with askers, two at once."""
    chosen = ServiceSettings(**{"question_workers": 2, **settings})

    async def inside():
        askers = Askers(chosen, [], answer)
        askers.start()
        try:
            async with asyncio.timeout(90):
                while not askers.is_open:
                    await asyncio.sleep(0.05)
                return await work(askers)
        finally:
            await askers.stop()

    return asyncio.run(inside())


async def until(condition, limit_s=20.0):
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def is_alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_question_past_its_deadline_is_ended_and_the_next_is_answered(tmp_path):
    log = tmp_path / "log"

    async def work(askers):
        with pytest.raises(RefusedError) as refused:
            await askers.ask(question(wait_s=LONG_S, log=str(log)))
        assert refused.value.status == 504
        await until(lambda: askers.n_running == 0)
        assert (await askers.ask(question())).text
        assert log.read_text() == "begun\n"

    run(work, deadline_s=0.5, question_workers=1)


def test_the_process_of_a_question_past_its_deadline_is_gone():
    async def work(askers):
        before = {fork.process_id for fork in askers._forks}
        with pytest.raises(RefusedError):
            await askers.ask(question(wait_s=LONG_S))
        await until(lambda: len(askers._forks) == 2 and askers.n_running == 0)
        after = {fork.process_id for fork in askers._forks}
        (ended,) = before - after
        await until(lambda: not is_alive(ended))

    run(work, deadline_s=0.5)


def test_a_question_whose_asker_left_is_ended_after_its_grace(tmp_path):
    log = tmp_path / "log"

    async def work(askers):
        asked = asyncio.ensure_future(askers.ask(question(wait_s=2, log=str(log))))
        await until(log.exists)
        asked.cancel()
        await until(lambda: askers.n_running == 0)
        assert (await askers.ask(question())).text
        await asyncio.sleep(2.2)
        assert log.read_text() == "begun\n"

    run(work, leaving_grace_s=0.1, question_workers=1)


def test_a_question_that_ends_within_its_grace_keeps_its_process():
    async def work(askers):
        before = (await askers.ask(question())).text
        asked = asyncio.ensure_future(askers.ask(question(wait_s=0.3)))
        await asyncio.sleep(0.1)
        asked.cancel()
        assert (await askers.ask(question())).text == before

    run(work, leaving_grace_s=5, question_workers=1)


def test_more_questions_than_may_wait_are_told_to_come_back():
    async def work(askers):
        asked = [asyncio.ensure_future(askers.ask(question(wait_s=1))) for _ in range(8)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        refused = [one for one in answers if isinstance(one, RefusedError)]
        assert len(refused) == 8 - 2 - 3
        assert {one.status for one in refused} == {503}
        assert all(int(one.headers["Retry-After"]) > 0 for one in refused)

    run(work, questions_waiting=3)


def test_a_question_that_waits_too_long_for_its_turn_is_told_to_come_back():
    async def work(askers):
        first = asyncio.ensure_future(askers.ask(question(wait_s=LONG_S)))
        await until(lambda: askers.n_running == 1)
        with pytest.raises(RefusedError) as refused:
            await askers.ask(question())
        assert refused.value.status == 503
        first.cancel()

    run(work, question_workers=1, wait_limit_s=0.3)


def test_an_error_of_the_library_comes_through_and_the_process_goes_on():
    async def work(askers):
        before = (await askers.ask(question())).text
        with pytest.raises(InputError, match="does not fit"):
            await askers.ask(question(fail="input"))
        with pytest.raises(RuntimeError):
            await askers.ask(question(fail="bug"))
        assert (await askers.ask(question())).text == before

    run(work, question_workers=1)


def test_a_process_that_ends_by_itself_is_replaced():
    async def work(askers):
        with pytest.raises(RefusedError) as refused:
            await askers.ask(question(fail="end"))
        assert refused.value.status == 503
        assert (await askers.ask(question())).text

    run(work, question_workers=1)


def test_the_nest_is_started_again_when_it_ends():
    async def work(askers):
        os.kill(askers._nest._process.pid, signal.SIGKILL)
        with pytest.raises(RefusedError):
            await askers.ask(question(wait_s=5))
        await until(lambda: askers.is_open and askers._free.qsize() == 2, 60)
        assert (await askers.ask(question())).text

    run(work)


def test_nothing_is_left_running_when_the_service_ends():
    async def work(askers):
        asked = asyncio.ensure_future(askers.ask(question(wait_s=LONG_S)))
        await until(lambda: askers.n_running == 1)
        asked.cancel()
        return [fork.process_id for fork in askers._forks] + [askers._nest._process.pid]

    left = run(work)
    end = time.monotonic() + 10
    while any(map(is_alive, left)):
        assert time.monotonic() < end
        time.sleep(0.05)

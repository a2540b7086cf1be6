"""What people make is kept, in SQLite and PostgreSQL alike: whole, by revision, held once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from api.errors import RefusedError
from api.state.jobs import Jobs
from api.state.scenarios import Scenarios
from api.state.store import Store, state_url
from api.state.tables import Base
from geo_planner.errors import FolderError, InputError
from tests.api.databases import postgresql

MORE = {"id": "more", "name": "More", "modifications": [{"do": "GrowZones", "factor": 2}]}


@pytest.fixture(scope="module")
def postgresql_url(tmp_path_factory):
    with postgresql(tmp_path_factory.mktemp("postgresql")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return state_url(tmp_path)
    return request.getfixturevalue("postgresql_url")


@pytest.fixture
def store(url):
    opened = Store(url)
    with opened.session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    yield opened
    opened.close()


def refusal(work, *given):
    with pytest.raises(RefusedError) as refused:
        work(*given)
    return refused.value.status


def test_the_migrations_make_the_tables_of_the_code(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_opening_again_keeps_what_is_there(store, url):
    Scenarios(store).add("small", MORE)
    again = Store(url)
    assert Scenarios(again).get("small", "more").content == MORE
    again.close()


def test_sqlite_lets_readers_go_on_while_one_writes(tmp_path):
    store = Store(state_url(tmp_path))
    with store.session() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
    store.close()


def test_a_scenario_is_kept_changed_taken_away_and_brought_back(store):
    scenarios = Scenarios(store)
    assert scenarios.add("small", MORE).revision == 1
    changed = {**MORE, "name": "Even more"}
    assert scenarios.change("small", "more", changed, 1).revision == 2
    assert [row.name for row in scenarios.of("small")] == ["Even more"]
    assert scenarios.of("other") == []
    scenarios.delete("small", "more")
    assert scenarios.of("small") == []
    assert refusal(scenarios.get, "small", "more") == 404
    assert scenarios.restore("small", "more").content == changed
    assert refusal(scenarios.restore, "small", "more") == 404


def test_a_change_that_rests_on_an_older_revision_is_refused(store):
    scenarios = Scenarios(store)
    scenarios.add("small", MORE)
    scenarios.change("small", "more", MORE, 1)
    assert refusal(scenarios.change, "small", "more", MORE, 1) == 412
    assert scenarios.change("small", "more", MORE, None).revision == 3


def test_an_id_is_given_once_until_it_is_free_again(store):
    scenarios = Scenarios(store)
    scenarios.add("small", MORE)
    assert refusal(scenarios.add, "small", MORE) == 409
    scenarios.delete("small", "more")
    assert scenarios.add("small", MORE).revision == 2


def test_of_many_who_change_one_revision_at_once_one_wins(store):
    scenarios = Scenarios(store)
    scenarios.add("small", MORE)
    barrier = threading.Barrier(8)

    def change(number):
        barrier.wait()
        try:
            scenarios.change("small", "more", {**MORE, "name": str(number)}, 1)
        except RefusedError as error:
            return error.status
        return 200

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(change, range(8)))
    assert found == [200, *[412] * 7]


def test_no_two_workers_take_the_same_job(store):
    jobs = Jobs(store)
    added = {jobs.add("small", f"s{number}", MORE).id for number in range(20)}
    barrier = threading.Barrier(8)

    def take(_):
        barrier.wait()
        holder, taken = Jobs(store), []
        while (job := holder.claim()) is not None:
            taken.append(job.id)
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [job for some in pool.map(take, range(8)) for job in some]
    assert len(taken) == len(set(taken))
    assert set(taken) <= added
    while (job := jobs.claim()) is not None:
        taken.append(job.id)
    assert set(taken) == added


def test_a_scenario_that_waits_or_runs_is_not_put_in_the_queue_again(store):
    jobs = Jobs(store)
    first = jobs.add("small", "more", MORE)
    assert jobs.add("small", "more", MORE).id == first.id
    jobs.claim()
    assert jobs.add("small", "more", MORE).id == first.id
    jobs.end(first.id, "done")
    assert jobs.add("small", "more", MORE).id != first.id


def test_more_jobs_than_may_wait_are_sent_away(store):
    jobs = Jobs(store, most_open=2)
    for name in ("a", "b"):
        jobs.add("small", name, MORE)
    assert refusal(jobs.add, "small", "c", MORE) == 503


def test_jobs_run_in_the_order_they_came_and_know_their_place(store):
    jobs = Jobs(store)
    ids = [jobs.add("small", name, MORE).id for name in ("a", "b", "c")]
    assert [jobs.place_of(jobs.get(one)) for one in ids] == [0, 1, 2]
    assert [jobs.claim().id for _ in ids] == ids
    assert jobs.claim() is None


def test_a_job_of_a_service_that_fell_silent_runs_again_once_and_then_fails(store):
    lost = Jobs(store, silent_s=0.0)
    job_id = lost.add("small", "more", MORE).id
    assert lost.claim().attempts == 1
    Jobs(store, silent_s=0.0).recover()
    next_one = Jobs(store, silent_s=0.0)
    assert next_one.claim().attempts == 2
    next_one.recover()
    assert next_one.get(job_id).state == "running"
    Jobs(store, silent_s=0.0).recover()
    ended = next_one.get(job_id)
    assert ended.state == "failed"
    assert "run it again" in ended.reason


def test_a_job_that_is_followed_is_not_taken_from_its_service(store):
    jobs = Jobs(store)
    job_id = jobs.add("small", "more", MORE).id
    jobs.claim()
    Jobs(store).recover()
    assert jobs.get(job_id).state == "running"


def test_who_lost_a_job_writes_nothing_about_it_any_more(store):
    lost, next_one = Jobs(store, silent_s=0.0), Jobs(store)
    job_id = lost.add("small", "more", MORE).id
    lost.claim()
    Jobs(store, silent_s=0.0).recover()
    next_one.claim()
    assert lost.note(job_id, "late", 0.9) == "lost"
    lost.end(job_id, "failed", "late")
    assert next_one.get(job_id).state == "running"
    assert next_one.get(job_id).step == ""


def test_a_job_put_back_in_good_order_does_not_count_as_an_attempt(store):
    jobs = Jobs(store)
    job_id = jobs.add("small", "more", MORE).id
    jobs.claim()
    jobs.give_back(job_id)
    assert jobs.get(job_id).state == "waiting"
    assert jobs.claim().attempts == 1


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_asked_to_end(store):
    jobs = Jobs(store)
    first, second = (jobs.add("small", name, MORE).id for name in ("a", "b"))
    jobs.claim()
    assert jobs.cancel(second).state == "cancelled"
    assert jobs.cancel(first).state == "cancelling"
    assert jobs.note(first, "at it", 0.5) == "cancelling"
    jobs.end(first, "cancelled")
    assert jobs.cancel(first).state == "cancelled"


@pytest.mark.parametrize("url", ["nonsense", "mysql+x://a@b/c"])
def test_an_address_that_is_no_database_is_refused(url):
    with pytest.raises(InputError, match="write sqlite"):
        Store(url)


def test_a_database_that_cannot_be_reached_is_named_without_its_password():
    with pytest.raises(FolderError) as refused:
        Store("postgresql+psycopg://planner:hush@127.0.0.1:1/none")
    assert "hush" not in str(refused.value)
    assert "--read-only" in str(refused.value)


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path):
    (tmp_path / "service").write_text("a file in the way")
    with pytest.raises(FolderError, match="--read-only"):
        state_url(tmp_path)

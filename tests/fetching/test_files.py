"""Files by address: whole or not at all, and asked for no more than needed."""

import io
import logging
import zipfile

import pytest

from geo_planner.errors import FetchError, SourceError
from geo_planner.fetching.asking import Asker, Key, pause_of
from geo_planner.fetching.files import fetch_file, name_of
from geo_planner.fetching.store import shelf_of
from tests.fetching.servers import HURRIED, Reply, file_reply, running


def zipped(size: int = 200_000) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("stops.txt", bytes(range(256)) * (size // 256))
    return stream.getvalue()


def fetch(url, name="data.zip", key=None, **options):
    pauses = []
    with Asker(url, key, HURRIED, sleep=pauses.append, **options) as asker:
        shelf = shelf_of({"url": url})
        stored = fetch_file(asker, shelf, name)
    return shelf.path(name).read_bytes(), stored, pauses


def refused(url, **options):
    with pytest.raises(FetchError) as caught:
        fetch(url, **options)
    return caught.value


def test_a_file_comes_whole_and_is_asked_for_again_only_where_it_changed(server):
    content = zipped()
    url = server.on("/data.zip", file_reply(content, '"one"'))
    first, stored, _ = fetch(url)
    second, again, _ = fetch(url)
    assert first == second == content
    assert stored.sha256 == again.sha256
    assert server.asked[1].headers["if-none-match"] == '"one"'
    server.on("/data.zip", file_reply(content + b"", '"two"'))
    assert fetch(url)[1].etag == '"two"'


def test_a_connection_that_ends_is_gone_on_from_where_it_ended(server):
    content = zipped()
    good = file_reply(content, '"one"')

    def breaks_off_once(asked):
        whole = good(asked)
        if len(server.asked) > 1:
            return whole
        return Reply(whole.body[:90_000], headers=whole.headers, stated_length=len(content))

    found, _, pauses = fetch(server.on("/data.zip", breaks_off_once))
    assert found == content
    assert server.asked[1].headers["range"] == "bytes=90000-"
    assert len(pauses) == 1


def test_a_part_of_another_version_is_thrown_away(server):
    old, new = zipped(), zipped(150_000)
    url = server.on(
        "/data.zip",
        lambda _: Reply(old[:500], headers={"ETag": '"old"'}, stated_length=len(old)),
    )
    assert refused(url).what.code == "cut_short_source"
    server.on("/data.zip", file_reply(new, '"new"'))
    assert fetch(url)[0] == new


def test_a_refusal_after_a_part_came_is_not_taken_for_the_file(server):
    old = Reply(b"id;name\n1;", headers={"ETag": '"old"'}, stated_length=100)
    url = server.on("/towns.csv", old)
    assert refused(url, name="towns.csv").what.code == "cut_short_source"
    server.on("/towns.csv", Reply(b"no such thing", 404))
    error = refused(url, name="towns.csv")
    assert error.what.code == "layer_gone_source"
    assert "404" in error.reason


@pytest.mark.parametrize("more", [1, 5_000])
def test_a_server_that_states_more_than_it_sends_has_cut_the_file_short(server, more):
    content = zipped()
    url = server.on("/data.zip", lambda _: Reply(content, stated_length=len(content) + more))
    assert refused(url).what.code == "cut_short_source"
    assert len(server.asked) == HURRIED.n_tries


def test_a_zip_file_without_its_end_is_cut_short_though_its_length_is_as_stated(server):
    content = zipped()[:1_000]
    assert refused(server.on("/data.zip", Reply(content))).what.code == "cut_short_source"


def test_a_page_with_status_200_is_no_data(server):
    page = Reply(b"<!DOCTYPE html><html><body>Moved</body></html>", kind="text/html")
    error = refused(server.on("/data.zip", page))
    assert error.what.code == "layer_gone_source"
    assert "web page" in error.reason


@pytest.mark.parametrize(
    "body", [b"<html><form><input type='password'></form></html>", b"<html>Welcome</html>"]
)
def test_a_page_to_log_in_means_that_a_key_is_missing(server, body):
    server.on("/login", Reply(body, kind="text/html"))
    url = server.on("/data.zip", Reply(status=302, headers={"Location": "/login"}))
    assert refused(url).what.code == "key_missing_source"


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "key_missing"), (403, "key_missing"), (404, "layer_gone"), (410, "layer_gone")],
)
def test_a_refusal_says_which_of_the_results_it_is(server, status, code):
    url = server.on("/data.zip", Reply(b"no", status))
    assert refused(url).what.code == f"{code}_source"
    assert len(server.asked) == 1


def test_a_file_of_another_kind_is_not_what_was_asked_for(server):
    error = refused(server.on("/data.zip", Reply(b"plain text")))
    assert error.what.code == "layer_gone_source"


def test_a_server_that_throttles_is_asked_again_after_the_time_it_names(server):
    content = zipped()

    def busy_once(asked):
        if len(server.asked) > 1:
            return Reply(content)
        return Reply(b"", 429, headers={"Retry-After": "1"})

    found, _, pauses = fetch(server.on("/data.zip", busy_once))
    assert found == content
    assert pauses == [1.0]


def test_a_server_that_stays_busy_is_not_reached_and_says_how_often_it_was_asked(server):
    error = refused(server.on("/data.zip", Reply(b"", 503)))
    assert error.what.code == "not_reached_source"
    assert "503 3 times" in error.reason


def test_a_server_that_asks_for_an_hour_is_not_waited_for(server):
    url = server.on("/data.zip", Reply(b"", 429, headers={"Retry-After": "3600"}))
    assert "wait 3" in refused(url).reason
    assert len(server.asked) == 1


def test_nobody_at_an_address_is_not_reached():
    with running() as gone:
        url = gone.url + "/data.zip"
    assert refused(url).what.code == "not_reached_source"


def test_a_server_that_keeps_silent_is_not_waited_for_without_end(server):
    import time

    from geo_planner.fetching.asking import Manners

    def silent(_):
        time.sleep(0.5)
        return Reply(b"late")

    url = server.on("/data.zip", silent)
    with (
        Asker(url, None, Manners(0.1, 1, 0, 0, 0)) as asker,
        pytest.raises(FetchError) as caught,
    ):
        fetch_file(asker, shelf_of({"url": url}), "data.zip")
    assert caught.value.what.code == "not_reached_source"


def test_addresses_that_go_round_in_circles_end(server):
    url = server.on("/a.zip", Reply(status=302, headers={"Location": "/b.zip"}))
    server.on("/b.zip", Reply(status=302, headers={"Location": "/a.zip"}))
    assert refused(url).what.code == "not_reached_source"


@pytest.mark.parametrize("stated", [True, False])
def test_a_file_larger_than_allowed_is_refused_before_or_while_it_comes(server, stated):
    content = zipped(3_000_000) + b"\0" * 2_000_000
    reply = Reply(content if not stated else content[:10], stated_length=len(content))
    with pytest.raises(SourceError, match=r"larger than 1 MB.*max_mb"):
        fetch(server.on("/data.zip", reply), max_mb=1)


class TestKeys:
    """Keys come from the environment, go to one host, and are said nowhere."""

    SECRET = "s3cr3t-value"  # noqa: S105 -- no key of anybody

    @pytest.fixture(autouse=True)
    def _key(self, monkeypatch):
        monkeypatch.setenv("TOWN_KEY", self.SECRET)

    def test_a_key_goes_as_header_or_parameter(self, server):
        url = server.on("/data.zip", Reply(zipped()))
        fetch(url, key=Key("TOWN_KEY"))
        fetch(url, key=Key("TOWN_KEY", "apikey"))
        assert server.asked[0].headers["authorization"] == f"Bearer {self.SECRET}"
        assert server.asked[1].query == {"apikey": self.SECRET}

    def test_an_address_keeps_its_parameters_beside_the_key_and_those_asked(self, server):
        url = server.on("/data.zip", Reply(zipped())) + "?v=2"
        fetch(url, key=Key("TOWN_KEY", "apikey"))
        with Asker(url, None, HURRIED) as asker:
            asker.get(url, {"page": 3})
        assert [asked.query for asked in server.asked] == [
            {"v": "2", "apikey": self.SECRET},
            {"v": "2", "page": "3"},
        ]

    def test_another_host_does_not_get_the_key(self, server):
        with running() as other:
            other.on("/data.zip", Reply(zipped()))
            to_other = Reply(status=302, headers={"Location": other.url + "/data.zip"})
            url = server.on("/data.zip", to_other)
            fetch(url, key=Key("TOWN_KEY"))
            fetch(url, key=Key("TOWN_KEY", "apikey"))
            assert [asked.query for asked in other.asked] == [{}, {}]
            assert all("authorization" not in asked.headers for asked in other.asked)

    def test_a_variable_that_is_not_set_is_named_before_anybody_is_asked(self, server, monkeypatch):
        monkeypatch.delenv("TOWN_KEY")
        error = refused(server.on("/data.zip", Reply(zipped())), key=Key("TOWN_KEY"))
        assert error.what.code == "key_missing_source"
        assert "TOWN_KEY" in error.reason
        assert server.asked == []

    @pytest.mark.parametrize("parameter", [None, "apikey"])
    @pytest.mark.parametrize("status", [403, 404, 503])
    def test_no_error_and_no_log_shows_the_key(self, server, caplog, parameter, status):
        caplog.set_level(logging.INFO)
        url = server.on("/data.zip", Reply(b"no", status))
        error = refused(url, key=Key("TOWN_KEY", parameter))
        assert self.SECRET not in f"{error!s}{error!r}{error.__cause__!r}{caplog.text}"
        assert "HTTP Request" in caplog.text


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0100"])
def test_the_pause_a_server_asks_for_may_be_a_time_of_day(zone):
    assert pause_of(f"Mon, 01 Jan 2001 00:00:00 {zone}") == 0.0
    assert 1e9 < pause_of(f"Fri, 01 Jan 2100 00:00:00 {zone}") < 1e10


def test_a_pause_in_no_number_says_nothing():
    assert pause_of("²") is None


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://a.org/../../etc/passwd", "passwd"), ("https://a.org/%2e%2e%2fx.zip", "x.zip")],
)
def test_the_name_of_a_file_stays_within_its_folder(url, name):
    assert "/" not in name_of(url)
    assert not name_of(url).startswith(".")
    assert name_of(url) == name

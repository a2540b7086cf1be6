"""One request cannot be too long, too large or too slow; others go on meanwhile."""

import socket
import time

import httpx
import pytest

from tests.api.services import TestClient, error_of, service_of, start_service

CHECK = "/api/v1/scenarios/check"


@pytest.fixture(scope="module")
def small_limits(bare_region):
    with TestClient(service_of(bare_region.path, max_body_mb=0.001)) as client:
        yield client


@pytest.fixture(scope="module")
def impatient(bare_region):
    """Give a service in a process of its own that waits a second for a request."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEO_PLANNER_BODY_LIMIT_S", "1")
        started = start_service(bare_region.path)
    yield started
    started.stop()


def test_a_body_that_is_too_large_is_refused(small_limits):
    answer = small_limits.post(CHECK, content=b"x" * 1001)
    assert answer.status_code == 413
    assert error_of(answer)["code"] == "RequestTooLarge"


def test_a_body_of_unstated_length_is_refused_when_it_grows_too_large(small_limits):
    answer = small_limits.post(CHECK, content=iter([b"x" * 600, b"x" * 600]))
    assert answer.status_code == 413


def test_an_address_that_is_too_long_is_refused(small_limits):
    answer = small_limits.get("/map", params={"study": "x" * 9000})
    assert answer.status_code == 414
    assert error_of(answer)["status"] == 414


def test_json_nested_very_deep_is_refused(client):
    answer = client.post(CHECK, content=b"[" * 100_000 + b"]" * 100_000)
    assert answer.status_code in (400, 422)
    assert error_of(answer)["detail"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /health HT",
        b"GET /health HTTP/1.1\r\nHost: x\r\n",
        b"POST /api/v1/scenarios/check HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
    ],
)
def test_a_half_sent_request_ends_and_others_are_answered_meanwhile(impatient, sent):
    host, port = impatient.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as slow:
        slow.sendall(sent)
        begun = time.monotonic()
        assert httpx.get(f"{impatient.address}/health").status_code == 200
        slow.settimeout(20)
        while slow.recv(4096):
            pass
        assert 0.5 < time.monotonic() - begun < 15


@pytest.mark.slow
def test_a_request_sent_byte_by_byte_ends(impatient):
    host, port = impatient.address.removeprefix("http://").split(":")
    begun = time.monotonic()
    with socket.create_connection((host, int(port))) as slow, pytest.raises(OSError, match=r"."):
        _drip(slow)
    assert time.monotonic() - begun < 20


def _drip(slow):
    for byte in b"GET /health HTTP/1.1\r\nX: " + b"y" * 300:
        slow.sendall(bytes([byte]))
        time.sleep(0.1)

"""Asking a server over HTTP, with manners: paced, patient, bounded, and with keys kept secret.

A server that is busy is asked again after the time it names, or after growing pauses. What comes
is bounded in size. A key is read from the environment when it is used, goes to the host of the
source alone, and stands in no message.
"""

import logging
import os
import re
import time
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from geo_planner.errors import FetchError, MissingDependencyError, SourceError
from geo_planner.fetching.outcomes import address_of, failure, host_of
from geo_planner.reasons import Reason
from geo_planner.version import __version__
from geo_planner.words.english import sentence

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
Say = Callable[[int, int | None], None]

_BUSY = (429, 500, 502, 503, 504)
_NOT_ADMITTED = (401, 403, 407)
_REFUSED = 400
_REFUSALS = range(_REFUSED, 500)
_BYTES_PER_MB = 1_000_000
_LOGIN = re.compile(r"log-?in|sign-?in|/sso\b|/oauth|/auth\b", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(rb"type=[\"']?password", re.IGNORECASE)
_PAGE = re.compile(rb"[\xef\xbb\xbf\s]*(<!doctype html|<html)", re.IGNORECASE)


@dataclass(frozen=True)
class Manners:
    """Say how a server is asked.

    Parameters
    ----------
    timeout_s
        Time that an answer may keep silent [s].
    n_tries
        Times a question is asked.
    first_pause_s
        Pause before the second time; it doubles with each [s].
    longest_pause_s
        Longest pause that a server may ask for [s].
    pace_s
        Time between two questions to a server [s].
    """

    timeout_s: float = 60.0
    n_tries: int = 4
    first_pause_s: float = 2.0
    longest_pause_s: float = 120.0
    pace_s: float = 0.2


@dataclass(frozen=True)
class Key:
    """Say which environment variable holds a key, and how the key is sent.

    Parameters
    ----------
    variable
        Name of the environment variable.
    parameter
        Parameter of the address that carries it; None: a header does.
    """

    variable: str
    parameter: str | None = None

    def read(self, url: str) -> str:
        """Read the key, or say that it is missing."""
        value = os.environ.get(self.variable, "")
        if not value:
            why = Reason("fetch_why_no_variable", variable=self.variable, host=host_of(url))
            raise failure(url, "key_missing", why)
        return value


@dataclass(frozen=True)
class Answer:
    """Hold an answer: its bytes, kind and headers, and the address it came from in the end."""

    url: str
    content: bytes
    kind: str
    headers: Mapping[str, str]

    @property
    def is_page(self) -> bool:
        """Whether it is a page to look at."""
        return "html" in self.kind or begins_page(self.content)


class Asker:
    """Ask the server of one source; use it in a ``with`` statement.

    Parameters
    ----------
    url
        Address of the source; its key goes to this host alone.
    key
        Key of the server, where it wants one.
    manners
        How it is asked.
    max_mb
        Size that an answer may have [MB].
    say
        Called with the bytes that came and the bytes there are, None where that is not known.
    sleep
        Waits [s]; tests give another.
    """

    def __init__(
        self,
        url: str,
        key: Key | None = None,
        manners: Manners | None = None,
        *,
        max_mb: float = 8_000,
        say: Say = lambda _done, _total: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        try:
            import httpx
        except ImportError as error:
            raise MissingDependencyError("httpx", "fetch") from error

        self.url, self.key, self.manners = url, key, manners or Manners()
        self.max_bytes, self.say, self.sleep = int(max_mb * _BYTES_PER_MB), say, sleep
        _keep_queries_out_of_logs()
        self._last_asked_s = -self.manners.pace_s
        self._client = httpx.Client(
            timeout=self.manners.timeout_s,
            follow_redirects=True,
            max_redirects=5,
            headers={"User-Agent": f"geo_planner/{__version__}"},
        )

    def __enter__(self) -> "Asker":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(
        self, url: str, params: Mapping[str, Any] | None = None, *, may_fail: bool = False
    ) -> Answer:
        """Ask for something small and return all of it.

        Parameters
        ----------
        url, params
            Address and further parameters of it.
        may_fail
            Whether the body of a refusal (400 to 499) is wanted too, to read what it says.

        Raises
        ------
        FetchError
            When it does not come whole, is a page to log in, or is refused.
        """

        def read(response: "httpx.Response") -> Answer:
            content = b"".join(self.chunks(response))
            kind = response.headers.get("content-type", "").lower()
            return Answer(str(response.url), content, kind, dict(response.headers))

        wanted = _REFUSALS if may_fail else ()
        answer = self.ask(url, read, params=params, wanted=wanted)
        if answer.is_page:
            raise self.is_a_page(answer.url, answer.content)
        return answer

    def ask(
        self,
        url: str,
        read: Callable[["httpx.Response"], T],
        *,
        params: Mapping[str, Any] | None = None,
        headers: Callable[[], Mapping[str, str]] = dict,
        wanted: Container[int] = (),
    ) -> T:
        """Ask, as often as manners allow, and hand the answer to a reader.

        Parameters
        ----------
        url, params
            Address and further parameters of it.
        read
            Reads the answer.
        headers
            Gives the headers of each try.
        wanted
            States of a refusal (400 and more) that the reader takes too.

        Raises
        ------
        FetchError
            When the server is not reached, refuses, or breaks off.
        """
        failed: _TryAgainError | None = None
        for attempt in range(self.manners.n_tries):
            if failed is not None:
                self._rest(attempt, failed.pause_s)
            try:
                with self._open(url, params, headers()) as response:
                    self._require_free(url, response, attempt + 1)
                    self._require_admitted(url, response)
                    status = response.status_code
                    if status >= _REFUSED and status not in wanted:
                        why = Reason("fetch_why_status", host=host_of(url), status=status)
                        raise failure(url, "layer_gone", why)
                    return read(response)
            except _TryAgainError as again:
                failed = again
        if failed is None:
            raise ValueError("a server is asked at least once")
        raise failed.error

    def chunks(self, response: "httpx.Response", n_before: int = 0) -> Iterator[bytes]:
        """Give the parts of an answer as they come.

        Raises
        ------
        SourceError
            When there are more than allowed.
        """
        stated = response.headers.get("content-length", "")
        total = n_before + int(stated) if stated.isdigit() else None
        self._require_size(response, total or 0)
        n_bytes = n_before
        for chunk in response.iter_bytes():
            n_bytes += len(chunk)
            self._require_size(response, n_bytes)
            self.say(n_bytes, total)
            yield chunk

    def is_a_page(self, url: str, content: bytes) -> FetchError:
        """Say of a page that came in place of data whether it is one to log in."""
        host = host_of(self.url)
        if _LOGIN.search(url) or _PASSWORD_FIELD.search(content):
            return failure(self.url, "key_missing", Reason("fetch_why_login", host=host))
        return failure(self.url, "layer_gone", Reason("fetch_why_page", host=host))

    def not_admitted(self, url: str, status: int) -> FetchError:
        """Say that a server wants a key, or does not admit the one it was sent."""
        host = host_of(url)
        why = Reason("fetch_why_wants_key", host=host, status=status)
        if self.key is not None:
            variable = self.key.variable
            why = Reason("fetch_why_not_admitted", host=host, status=status, variable=variable)
        return failure(url, "key_missing", why)

    @contextmanager
    def _open(
        self, url: str, params: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> Iterator["httpx.Response"]:
        import httpx

        sent, given = dict(headers), dict(params or {})
        if self.key is not None and host_of(url) == host_of(self.url):
            secret = self.key.read(self.url)
            if self.key.parameter:
                given[self.key.parameter] = secret
            else:
                sent["Authorization"] = f"Bearer {secret}"
        self._keep_pace()
        host, response = host_of(url), None
        try:
            # httpx puts parameters in the place of those that an address has
            whole = httpx.URL(url).copy_merge_params(given) if given else httpx.URL(url)
            with self._client.stream("GET", whole, headers=sent) as response:
                self._require_safe(url, response)
                yield response
        except httpx.TooManyRedirects as error:
            why = Reason("fetch_why_redirects", host=host)
            raise failure(url, "not_reached", why) from error
        except httpx.InvalidURL as error:
            why = Reason("fetch_why_no_connection", host=host)
            raise failure(url, "not_reached", why) from error
        except httpx.HTTPError as error:
            if response is not None:
                why = Reason("fetch_why_broken_off", host=host, bytes=response.num_bytes_downloaded)
                raise _TryAgainError(failure(url, "cut_short", why)) from error
            slow = Reason("fetch_why_slow", host=host, seconds=round(self.manners.timeout_s))
            is_slow = isinstance(error, httpx.TimeoutException)
            why = slow if is_slow else Reason("fetch_why_no_connection", host=host)
            raise _TryAgainError(failure(url, "not_reached", why)) from error

    def _require_safe(self, url: str, response: "httpx.Response") -> None:
        if url.startswith("https://") and response.url.scheme != "https":
            why = Reason("fetch_why_unsafe", host=host_of(url))
            raise failure(url, "not_reached", why)

    def _require_admitted(self, url: str, response: "httpx.Response") -> None:
        if response.status_code in _NOT_ADMITTED:
            raise self.not_admitted(url, response.status_code)

    def _require_size(self, response: "httpx.Response", n_bytes: int) -> None:
        if n_bytes > self.max_bytes:
            mb = self.max_bytes / _BYTES_PER_MB
            raise SourceError(
                address_of(str(response.url)),
                sentence("fault_fetch_large", mb=f"{mb:g}"),
            )

    def _require_free(self, url: str, response: "httpx.Response", times: int) -> None:
        """Try again where a server has no time, after the pause it asks for."""
        if response.status_code not in _BUSY:
            return
        host, pause_s = host_of(url), pause_of(response.headers.get("retry-after", ""))
        if pause_s is not None and pause_s > self.manners.longest_pause_s:
            why = Reason("fetch_why_wait", host=host, seconds=round(pause_s))
            raise failure(url, "not_reached", why)
        why = Reason("fetch_why_busy", host=host, status=response.status_code, times=times)
        raise _TryAgainError(failure(url, "not_reached", why), pause_s)

    def _rest(self, attempt: int, asked_s: float | None) -> None:
        growing_s: float = self.manners.first_pause_s * 2 ** (attempt - 1)
        self.sleep(min(max(growing_s, asked_s or 0.0), self.manners.longest_pause_s))

    def _keep_pace(self) -> None:
        wait_s = self._last_asked_s + self.manners.pace_s - time.monotonic()
        if wait_s > 0:
            self.sleep(wait_s)
        self._last_asked_s = time.monotonic()


class _TryAgainError(Exception):
    """Carry an error that another try may mend, and the pause asked for before it [s]."""

    def __init__(self, error: FetchError, pause_s: float | None = None) -> None:
        super().__init__(error, pause_s)
        self.error, self.pause_s = error, pause_s


def begins_page(content: bytes) -> bool:
    """Tell whether bytes begin as a page to look at does.

    Examples
    --------
    >>> begins_page(b"  <!DOCTYPE html>"), begins_page(b"<wfs:FeatureCollection>")
    (True, False)
    """
    return bool(_PAGE.match(content))


def pause_of(text: str) -> float | None:
    """Read the header Retry-After: seconds, or a time of day [s]; None where it says nothing.

    Examples
    --------
    >>> pause_of("30"), pause_of("soon")
    (30.0, None)
    """
    if text.strip().isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)  # the zone -0000 is UTC as well
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


class _WithoutQueries(logging.Filter):
    """Cut the parameters of addresses, which may hold a key, out of the lines httpx logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                address_of(str(item)) if "://" in str(item) else item for item in record.args
            )
        return True


_WITHOUT_QUERIES = _WithoutQueries()


def _keep_queries_out_of_logs() -> None:
    logging.getLogger("httpx").addFilter(_WITHOUT_QUERIES)

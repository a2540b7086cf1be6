"""What became of a source that is fetched: five ways to fail or to be empty are told apart.

``not_reached``: no answer. ``nothing_there``: an answer, and no row in the study area, which is a
result and no fault. ``layer_gone``: an answer, but not of this layer or file. ``cut_short``: a part
of it, of which nothing is used. ``key_missing``: an answer only for those who have a key.
Beside them stands ``refused``: this program does not take it, because it is too large for instance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from geo_planner.errors import FetchError, GeoPlannerError, InputError, SourceError
from geo_planner.reasons import Reason
from geo_planner.words.english import Sentence, reason_of

Failure = Literal["not_reached", "layer_gone", "cut_short", "key_missing"]
Result = Failure | Literal["fetched", "unchanged", "stored", "to_ask", "nothing_there", "refused"]
_CODES: Mapping[Failure, str] = {
    "not_reached": "not_reached_source",
    "layer_gone": "layer_gone_source",
    "cut_short": "cut_short_source",
    "key_missing": "key_missing_source",
}


@dataclass(frozen=True)
class Fetched:
    """Say what became of one source.

    Parameters
    ----------
    kind
        List of the study it stands in.
    label
        Its name in messages.
    address
        Where it was asked for, without parameters.
    result
        What became of it.
    what
        The same as a reason.
    is_required
        Whether nothing is built without it.
    table
        Table of the region it goes to; None where it gives several.
    file
        Local copy; None where there is none.
    size_bytes
        Its size; None where it is not known.
    fetched_at
        When it was fetched; None where it was not.
    licence, credit
        As the study states them.
    doubt
        Why an earlier copy is used; None where it is not for want of an answer.
    """

    kind: str
    label: str
    address: str
    result: Result
    what: Reason
    is_required: bool = True
    table: str | None = None
    file: Path | None = None
    size_bytes: int | None = None
    fetched_at: datetime | None = None
    licence: str | None = None
    credit: str | None = None
    doubt: Reason | None = None

    @property
    def is_failure(self) -> bool:
        """Whether there is no data that can be used."""
        return self.file is None and self.result not in ("nothing_there", "to_ask")

    @property
    def age_days(self) -> int:
        """Whole days since it was fetched; 0 where it was not."""
        return (datetime.now(UTC) - self.fetched_at).days if self.fetched_at else 0

    def to_json(self) -> Mapping[str, Any]:
        """Return everything as plain values."""
        reasons = {"what": self.what.to_json(), "doubt": self.doubt and self.doubt.to_json()}
        texts = {
            "file": self.file and str(self.file),
            "fetched_at": self.fetched_at and self.fetched_at.isoformat(),
        }
        return {**vars(self), **reasons, **texts}


def address_of(url: str) -> str:
    """Leave out of an address what may hold a key.

    Examples
    --------
    >>> address_of("https://example.org/wfs?apikey=x")
    'https://example.org/wfs'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def host_of(url: str) -> str:
    """Name the host of an address, with its port where it has one."""
    return urlsplit(url).netloc.rpartition("@")[2]


def failure(url: str, result: Failure, why: Reason) -> FetchError:
    """Make the error that says which of the results it is, and why."""
    what = Reason(_CODES[result], why=why)
    return FetchError(address_of(url), Sentence(what), what)


def result_of(error: GeoPlannerError) -> Result:
    """Name the result that an error stands for; an error of another kind is a refusal of ours."""
    code = error.what.code if isinstance(error, FetchError) else ""
    return next((name for name, own in _CODES.items() if code == own), "refused")


def said_by(error: GeoPlannerError) -> Reason:
    """Give what an error says as a reason."""
    if isinstance(error, SourceError):
        return reason_of(error.reason)
    return reason_of(error.subject if isinstance(error, InputError) else str(error))

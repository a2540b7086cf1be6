"""Tokens that let their bearer in: random, shown once, kept as digests, compared in constant time.

A token is ``mark_id_secret``; the secret is long and random, so that its plain digest tells nothing
about it.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

_NO_DIGEST = "0" * 64


@dataclass(frozen=True)
class NewToken:
    """Hold a token as it is made: what is kept of it, and the text that is shown once."""

    id: str
    digest: str
    text: str


def new_token(mark: str) -> NewToken:
    """Make a token."""
    token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return NewToken(token_id, _digest(secret), f"{mark}_{token_id}_{secret}")


def id_of(mark: str, given: str) -> str | None:
    """Read the id of a token; None where it is none of this mark."""
    found, _, rest = given.partition("_")
    return rest.partition("_")[0] if found == mark else None


def is_token(given: str, digest: str | None) -> bool:
    """Tell whether a token has the secret of a digest; without one it takes the same time."""
    secret = given.partition("_")[2].partition("_")[2]
    return hmac.compare_digest(_digest(secret), digest or _NO_DIGEST)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()

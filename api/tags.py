"""Tags of answers: the same request of the same data has the same, and is not answered twice."""

import hashlib
from typing import Any

from fastapi import Request

from geo_planner.version import __version__

NOT_CHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The answer is the one the asker has (ETag)."}
}


def tag_of(*parts: object) -> str:
    """Name an answer before it is there, by all that it rests on."""
    text = repr((__version__, *parts))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def headers_of(tag: str) -> dict[str, str]:
    """Give the headers of an answer that is asked for again only when it has another tag."""
    return {"ETag": tag, "Cache-Control": "private, no-cache"}


def is_there(tag: str, request: Request) -> bool:
    """Tell whether whoever asks has the answer already."""
    return tag in request.headers.get("if-none-match", "")

"""Addresses within answers: below the start that was asked, with the study that was chosen."""

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request

from ..addresses import root_of
from .asked import CHOOSING, FORMATS, Asked

_JSON = "application/json"

Link = dict[str, str]


def link(rel: str, href: str, title: str, kind: str = _JSON) -> Link:
    """Write a link."""
    return {"rel": rel, "href": href, "type": kind, "title": title}


class Addresses:
    """Write addresses of the collections that a request asks for.

    Parameters
    ----------
    request
        The request; its own address tells how the service is reached.
    """

    def __init__(self, request: Request) -> None:
        self.root = str(request.base_url).rstrip("/")
        path = request.url.path.removeprefix(root_of(request))
        self.here = f"{self.root}{quote(path)}"
        start, _, _ = path.removesuffix("/conformance").partition("/collections")
        self._start = f"{self.root}{quote(start)}"
        self._given = dict(request.query_params)

    def below(self, path: str, **query: Any) -> str:
        """Write the address of a path below the start."""
        chosen = {name: self._given[name] for name in CHOOSING if name in self._given}
        text = urlencode({**chosen, **query})
        return f"{self._start}{path}" + (f"?{text}" if text else "")

    def pages(self, asked: Asked, n_matched: int) -> list[Link]:
        """Link this page, the next and the one before."""
        offsets = {"self": asked.offset}
        if asked.offset + asked.limit < n_matched:
            offsets["next"] = asked.offset + asked.limit
        if asked.offset > 0:
            offsets["prev"] = max(0, asked.offset - asked.limit)
        kind = FORMATS[asked.format].partition(";")[0]
        return [
            link(rel, self._page(asked.limit, offset), f"{rel} page", kind)
            for rel, offset in offsets.items()
        ]

    def _page(self, limit: int, offset: int) -> str:
        return f"{self.here}?{urlencode({**self._given, 'limit': limit, 'offset': offset})}"

"""Servers on this machine that answer as the worst and the best of those on the net do."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from geo_planner.fetching.asking import Manners

HURRIED = Manners(timeout_s=30, n_tries=3, first_pause_s=0.01, longest_pause_s=1.0, pace_s=0)
MAPSERVER = Path("/usr/bin/mapserv")


@dataclass
class Asked:
    """Hold one question that came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class Reply:
    """Say how to answer: with less or more than stated, or not at all to the end."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    stated_length: int | None = None


Route = Callable[[Asked], Reply]


class Server:
    """Answer by path; a route that is missing is 404."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.routes: dict[str, Route] = {}
        self.asked: list[Asked] = []

    def on(self, path: str, answer: Route | Reply) -> str:
        """Answer a path, and give its address."""
        self.routes[path] = answer if callable(answer) else lambda _: answer
        return self.url + path


@contextmanager
def running() -> Iterator[Server]:
    """Run a server until the test is over."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            asked = Asked(parts.path, query, {k.lower(): v for k, v in self.headers.items()})
            server.asked.append(asked)
            reply = server.routes.get(parts.path, lambda _: Reply(b"no such thing", 404))(asked)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            length = len(reply.body) if reply.stated_length is None else reply.stated_length
            self.send_header("Content-Length", str(length))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)
            if length > len(reply.body):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server = Server(f"http://127.0.0.1:{http.server_address[1]}")
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield server
        http.shutdown()
        thread.join()


def file_reply(content: bytes, tag: str) -> Route:
    """Answer as a good server of files: with parts, tags, and no body where nothing changed."""

    def answer(asked: Asked) -> Reply:
        headers = {"ETag": tag, "Accept-Ranges": "bytes"}
        if asked.headers.get("if-none-match") == tag:
            return Reply(b"", 304, headers=headers)
        wanted = asked.headers.get("range")
        if wanted is None or asked.headers.get("if-range", tag) != tag:
            return Reply(content, headers=headers)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(content) - 1), len(content) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        return Reply(content[start : end + 1], 206, headers=headers)

    return answer


def json_reply(content: object, status: int = 200) -> Reply:
    return Reply(json.dumps(content).encode(), status, "application/json")


def mapserver_route(mapfile: Path) -> Route:
    """Let MapServer answer, as a program that a web server runs for each question."""

    def answer(asked: Asked) -> Reply:
        from urllib.parse import urlencode

        query = urlencode({"map": str(mapfile), **asked.query})
        environment = {
            **os.environ, "REQUEST_METHOD": "GET", "QUERY_STRING": query,
            "MS_MAP_PATTERN": ".*", "MAPSERVER_CONFIG_FILE": str(mapfile.with_suffix(".conf")),
        }  # fmt: skip
        ran = subprocess.run([MAPSERVER], env=environment, capture_output=True, check=False)
        head, _, body = ran.stdout.partition(b"\r\n\r\n")
        kind = head.partition(b"Content-Type: ")[2].partition(b"\r\n")[0].decode()
        return Reply(body, 200, kind or "text/plain")

    return answer

"""Starting the service."""

import errno
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import uvicorn

from geo_planner.errors import InputError
from geo_planner.pages.drawing.assets import missing_assets

from .app import create_app
from .log import configure_logging


def serve(
    folders: Sequence[Path], *, host: str, port: int, say: Callable[[str], None] = lambda _: None
) -> None:
    """Serve regions until stopped by Ctrl-C.

    Parameters
    ----------
    folders
        Folders of runs or regions.
    host, port
        Where to listen; port 0: a free one.
    say
        Called with each line for whoever started it.

    Raises
    ------
    RegionError, InputError
        When a folder is no region, two share an id, or the address cannot be had; nothing listens
        then.
    """
    configure_logging()
    app = create_app(folders)
    with _listen(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        say(f"serving at http://{shown}:{listening.getsockname()[1]}/ (Ctrl-C stops it)")
        for shelf in app.state.library.shelves.values():
            doing = "opening" if shelf.result is not None else "analysing"
            say(f"{doing} {shelf.name} ... its pages open at /?region={shelf.region_id}")
        if missing := missing_assets():
            say(
                f"web assets are missing ({', '.join(missing)}): pages come without maps; "
                "run `geo-planner assets` (needs npm) and reload"
            )
        config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else starts."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"port {port} is in use: choose another with --port") from error
        words = (
            f"cannot listen on {host}:{port} ({error.strerror}): choose another --host or --port"
        )
        raise InputError(words) from error

"""Starting the service."""

import errno
import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from geo_planner.config.base import problem_of
from geo_planner.errors import InputError
from geo_planner.pages.drawing.assets import OF_EVERY_PAGE, missing_assets

from .app import create_app
from .log import configure_logging
from .patience import patient_protocol
from .settings import ServiceSettings

_END_LIMIT_S = 5


def serve(
    folders: Sequence[Path],
    *,
    host: str,
    port: int,
    say: Callable[[str], None] = lambda _: None,
    **chosen: Any,
) -> None:
    """Serve studies until stopped by Ctrl-C.

    Parameters
    ----------
    folders
        Folders of runs or regions.
    host, port
        Where to listen; port 0: a free one.
    say
        Called with each line for whoever started it.
    **chosen
        Settings that take the place of the environment's; None: not chosen.

    Raises
    ------
    RegionError, InputError
        When a folder is no region, two share an id, or the address cannot be had; nothing listens
        then.
    """
    configure_logging()
    settings = guarded(host, settings_of(folders, chosen))
    app = create_app(settings)
    require_keys(app, host, folders[0])
    with _listen(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        say(f"serving at http://{shown}:{listening.getsockname()[1]}/ (Ctrl-C stops it)")
        for study in app.state.library.studies.values():
            doing = "opening" if study.baseline.place.is_run else "analysing"
            say(f"{doing} {study.baseline.name} ... its pages open at /?study={study.study_id}")
        for name, error in app.state.library.damaged.items():
            say(f"left out {name}: {error}")
        if missing := missing_assets():
            lost = (
                "pages come" if missing_assets(names=OF_EVERY_PAGE) else "the editor and /docs come"
            )
            say(
                f"web assets are missing ({', '.join(missing)}): {lost} without what is drawn by "
                "them; run `geo-planner assets` (needs npm) and reload"
            )
        config = uvicorn.Config(
            app,
            http=patient_protocol(settings.body_limit_s),
            log_config=None,
            access_log=False,
            server_header=False,
            root_path=settings.root_path,
            timeout_graceful_shutdown=_END_LIMIT_S,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def guarded(host: str, settings: ServiceSettings) -> ServiceSettings:
    """Ask for keys where other machines could write."""
    if settings.read_only or _is_loopback(host):
        return settings
    return settings.model_copy(update={"needs_key": True})


def require_keys(app: FastAPI, host: str, folder: Path) -> None:
    """Refuse to serve other machines when no key lets anyone in.

    Raises
    ------
    InputError
        When keys are asked for and there is none.
    """
    if not app.state.settings.needs_key or app.state.state.keys.is_any():
        return
    why = (
        "GEO_PLANNER_NEEDS_KEY asks for keys"
        if _is_loopback(host)
        else f"{host} can be reached from other machines"
    )
    raise InputError(
        f"{why}, and no key lets anyone in: make one with "
        f"`geo-planner key add {folder} --name WHO --role edit`, or serve with --read-only"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def settings_of(folders: Sequence[Path], chosen: Mapping[str, Any]) -> ServiceSettings:
    """Lay what was chosen over the settings of the environment.

    Raises
    ------
    InputError
        When a setting is wrong, with all that are.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    try:
        return ServiceSettings(folders=tuple(folders), **given)
    except ValidationError as error:
        problems = [problem_of(item) for item in error.errors()]
        raise InputError("the settings of the service are wrong", problems) from error


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

"""Serve regions to a browser."""

from pathlib import Path
from typing import Annotated, Any

import typer

_NEEDED = (
    "fastapi", "uvicorn", "structlog", "pydantic_settings", "sqlalchemy", "alembic",
    "sse_starlette", "prometheus_client", "tomli_w", "folium", "jinja2",
)  # fmt: skip
_INSTALLED_NAME = "geo_planner_api"
_FOLDER_NAME = "api"


def serve(
    folders: Annotated[
        list[Path], typer.Argument(help="Folders of runs or regions, or a folder of several.")
    ],
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0: a free one.")
    ] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    root_path: Annotated[
        str | None, typer.Option(help="Path a proxy puts before every address, such as /planner.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=16, help="Jobs at once; default 1.")
    ] = None,
    read_only: Annotated[
        bool | None,
        typer.Option("--read-only", help="Keep nothing: no scenarios and no jobs."),
    ] = None,
) -> None:
    """Serve runs and regions over HTTP: pages, tables, and questions about any point."""
    service = service_module("server")
    chosen = {"root_path": root_path, "workers": workers, "read_only": read_only}
    service.serve(folders, host=host, port=port, say=typer.echo, **chosen)
    service_module("processes").end_now()


def service_module(name: str) -> Any:
    """Load a module of the service.

    Raises
    ------
    MissingDependencyError
        When something that it needs is not installed.
    """
    from importlib import import_module, util

    from geo_planner.errors import MissingDependencyError

    missing = [name for name in _NEEDED if util.find_spec(name) is None]
    if missing:
        raise MissingDependencyError(f"for the web service: {', '.join(missing)}", "api")
    return import_module(f"{service_package()}.{name}")


def service_package() -> str:
    """Name the package of the service: as installed, or the folder ``api`` of the repository.

    ``api`` is a common name: only a folder that lies beside the library is taken, and only where
    the wheel's own name is not installed.

    Raises
    ------
    SourceError
        When the installation lacks the service.
    """
    from importlib import util

    import geo_planner
    from geo_planner.errors import SourceError

    if util.find_spec(_INSTALLED_NAME) is not None:
        return _INSTALLED_NAME
    beside = Path(geo_planner.__file__).resolve().parents[1]
    spec = util.find_spec(_FOLDER_NAME)
    if spec is None or Path(str(spec.origin)).resolve().parent != beside / _FOLDER_NAME:
        raise SourceError(
            str(beside), f"the service ({_INSTALLED_NAME}) is missing: install geo_planner anew"
        )
    return _FOLDER_NAME

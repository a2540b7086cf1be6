"""Serve regions to a browser."""

from pathlib import Path
from typing import Annotated

import typer


def serve(
    regions: Annotated[list[Path], typer.Argument(help="Region folders to serve.")],
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0: a free one.")
    ] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve regions to a browser: maps, sites and zones."""
    from importlib import import_module, util

    from geo_planner.errors import MissingDependencyError

    needed = ("api", "fastapi", "uvicorn", "structlog")
    if any(util.find_spec(name) is None for name in needed):
        raise MissingDependencyError(f"the web service ({', '.join(needed)})", "api")
    import_module("api.server").serve(regions, host=host, port=port, say=typer.echo)

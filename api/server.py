"""Starting the service."""

from collections.abc import Sequence
from pathlib import Path

import uvicorn

from api.app import create_app


def serve(folders: Sequence[Path], *, host: str, port: int) -> None:
    """Serve regions until stopped."""
    uvicorn.run(create_app(folders), host=host, port=port, log_level="warning")

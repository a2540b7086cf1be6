"""What passes between the service and the processes that answer: questions and answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

JSON = "application/json"


@dataclass(frozen=True)
class Question:
    """Ask one thing of one region.

    Parameters
    ----------
    kind
        Name of what answers it.
    region
        Folder of the region.
    digest
        Digest of the region: one that was rebuilt is opened anew.
    asked
        Parameters by name, as the request gave them.
    """

    kind: str
    region: Path
    digest: str
    asked: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """Hold what is sent back.

    Parameters
    ----------
    text
        Body of the response.
    media_type
        What it is.
    """

    text: str
    media_type: str = JSON

"""Files and tables held to the limits of their source."""

from pathlib import Path

from geo_planner.config import SourceLimits
from geo_planner.errors import SourceError
from geo_planner.words.english import sentence


def require_size(path: Path, n_bytes: int, limits: SourceLimits) -> None:
    """Refuse a file larger than is allowed for.

    Raises
    ------
    SourceError
        With the setting that allows for it.
    """
    megabytes = n_bytes / 1e6
    if megabytes > limits.max_mb:
        raise SourceError(
            str(path),
            sentence("fault_too_large", size=f"{megabytes:.1f}", limit=f"{limits.max_mb:g}"),
        )


def require_counts(path: Path | str, limits: SourceLimits, **counts: int) -> None:
    """Refuse more of something than is allowed for, such as ``rows`` by ``max_rows``.

    Raises
    ------
    SourceError
        With the setting that allows for them.
    """
    for what, count in counts.items():
        most = getattr(limits, f"max_{what}")
        if count > most:
            raise SourceError(
                str(path),
                sentence(
                    "fault_too_many",
                    what=what,
                    count=count,
                    key=what,
                    limit=str(most),
                    setting=what,
                ),
            )

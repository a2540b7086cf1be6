"""How the service is: health at once, readiness, version, and the studies it holds."""

from typing import Any

from fastapi import FastAPI, Request

from geo_planner.errors import GeoPlannerError
from geo_planner.pages.drawing.assets import missing_assets
from geo_planner.pages.drawing.page import SERVED_LINKS
from geo_planner.region.credits import credit_lines
from geo_planner.version import __version__

from .addresses import V1, root_of
from .asking.askers import Askers
from .errors import Refusal, RefusedError, problems_of, refusal_of
from .library import BASELINE, Library, Shelf, Study

_RETRY_AFTER_S = 2


def add_status(app: FastAPI, library: Library, askers: Askers) -> None:
    """Add the routes that tell how the service is."""

    @app.get("/health", tags=["service"])
    async def health() -> dict[str, Any]:
        """Tell that the service runs and the state of each study, whatever else it does."""
        return {
            "status": "ok",
            "version": __version__,
            "studies": [_state(study.baseline) for study in library.studies.values()],
            "damaged": {name: _reason(error) for name, error in library.damaged.items()},
            "missing_assets": missing_assets(),
        }

    @app.get("/ready", tags=["service"], responses=problems_of(503))
    async def ready() -> dict[str, Any]:
        """Tell whether questions can be asked: 200 once the networks are open."""
        if not askers.is_open:
            detail = f"the networks are being opened, {askers.share:.0%} done"
            refusal = Refusal(code="NetworksOpening", detail=detail)
            raise RefusedError(503, refusal, _RETRY_AFTER_S)
        return {"status": "ready", "running": askers.n_running, "waiting": askers.n_waiting}

    @app.get("/version", tags=["service"])
    async def version() -> dict[str, Any]:
        """Tell the program's version and the digests of the data."""
        digests = {name: study.baseline.region.digest for name, study in library.studies.items()}
        return {"version": __version__, "studies": digests}

    @app.get(f"{V1}/studies", tags=["studies"])
    def studies(request: Request) -> dict[str, Any]:
        """List the studies with their scenarios, comparisons, figures and pages."""
        root = root_of(request)
        return {"studies": [_described(library.study(name), root) for name in library.studies]}


def _reason(error: GeoPlannerError) -> str:
    return refusal_of(error).detail


def _state(shelf: Shelf) -> dict[str, Any]:
    return {
        "id": shelf.study_id,
        "name": shelf.name,
        "digest": shelf.region.digest,
        "state": shelf.state,
        "step": shelf.step,
        "share": shelf.share,
        "failure": shelf.failure and shelf.failure.detail,
    }


def _described(study: Study, root: str) -> dict[str, Any]:
    baseline = study.baseline
    result = baseline.result()
    return {
        **_state(baseline),
        "badge": baseline.region.study.get("badge"),
        "language": baseline.region.study.get("language"),
        "timezone": baseline.region.timezone and baseline.region.timezone.key,
        "travel": baseline.region.study.get("travel"),
        "summary": result and result.summary,
        "credits": list(credit_lines(baseline.region)),
        "pages": {
            name: f"{root}{path}?study={study.study_id}" for name, path in SERVED_LINKS.items()
        },
        "scenarios": [
            {"id": name, "name": shelf.name, "state": shelf.state, "digest": shelf.region.digest}
            for name, shelf in study.shelves.items()
            if name != BASELINE
        ],
        "comparisons": list(study.found.comparisons),
        "damaged": {name: _reason(error) for name, error in study.found.damaged.items()},
    }

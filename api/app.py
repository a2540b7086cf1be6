"""The application: health, regions, sites and zones as GeoJSON, and the pages.

Regions are opened by id, never by a path from the request; nothing is written. GeoJSON leaves in
EPSG:4326. The interactive docs page of the framework loads from another host and is off; the
schema itself is at ``/openapi.json``.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
from fastapi import FastAPI, Response
from starlette.middleware.gzip import GZipMiddleware

from geo_planner.exports import sites_table
from geo_planner.pages.drawing.assets import missing_assets
from geo_planner.pages.drawing.page import SERVED_LINKS
from geo_planner.region.credits import credit_lines
from geo_planner.version import __version__

from .errors import ErrorAnswer, add_error_handlers
from .frame import Frame
from .geojson import feature_collection
from .library import Library, Shelf
from .pages import RegionId, add_pages, draw_pages
from .scenarios import add_scenarios

_GZIP_FROM_BYTES = 1000
_GZIP_LEVEL = 5
_GEOJSON = "application/geo+json"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "A FeatureCollection in EPSG:4326.", "content": {_GEOJSON: {}}},
    404: {"description": "No such region.", "model": ErrorAnswer},
    422: {"description": "The request does not fit, or the analysis failed.", "model": ErrorAnswer},
    503: {"description": "The analysis is running.", "model": ErrorAnswer},
}


def create_app(folders: Sequence[Path]) -> FastAPI:
    """Make the service for some region folders; they are analysed once it starts.

    Parameters
    ----------
    folders
        Region folders; each is known by the id of its study.

    Raises
    ------
    RegionError, InputError
        When a folder is no region, two share an id, or there is none.
    """
    library = Library(folders, draw_pages)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        library.start()
        yield
        library.stop()

    app = FastAPI(
        title="geo_planner", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.state.library = library
    add_error_handlers(app)
    _add_state_routes(app, library)
    _add_data_routes(app, library)
    add_scenarios(app, library)
    add_pages(app, library)
    app.add_middleware(GZipMiddleware, minimum_size=_GZIP_FROM_BYTES, compresslevel=_GZIP_LEVEL)
    app.add_middleware(Frame)
    return app


def _add_state_routes(app: FastAPI, library: Library) -> None:
    @app.get("/health")
    def health() -> dict[str, Any]:
        """Tell that the service runs, what it holds, and what it lacks."""
        return {
            "status": "ok",
            "version": __version__,
            "regions": [_state(shelf) for shelf in library.shelves.values()],
            "missing_assets": missing_assets(),
        }

    @app.get("/version")
    def version() -> dict[str, Any]:
        """Tell the program's version and the digests of the data."""
        digests = {name: shelf.region.digest for name, shelf in library.shelves.items()}
        return {"version": __version__, "regions": digests}

    @app.get("/api/regions")
    def regions() -> dict[str, Any]:
        """List the regions with their figures, credits and pages."""
        return {"regions": [_described(shelf) for shelf in library.shelves.values()]}


def _add_data_routes(app: FastAPI, library: Library) -> None:
    @app.get("/api/sites", response_class=Response, responses=_ANSWERS)
    def sites(region: RegionId = None) -> Response:
        """Give the ranked sites as GeoJSON, best first; none where the region has no sites."""
        shelf = library.shelf(region)
        shelf.require_result()
        return Response(shelf.keep("sites", lambda: _sites(shelf)), media_type=_GEOJSON)

    @app.get("/api/zones", response_class=Response, responses=_ANSWERS)
    def zones(region: RegionId = None) -> Response:
        """Give the zones of the study area with their access as GeoJSON."""
        shelf = library.shelf(region)
        shelf.require_result()
        return Response(shelf.keep("zones", lambda: _zones(shelf)), media_type=_GEOJSON)


def _state(shelf: Shelf) -> dict[str, Any]:
    return {
        "id": shelf.region_id,
        "name": shelf.name,
        "digest": shelf.region.digest,
        "state": shelf.state,
        "step": shelf.step,
        "failure": shelf.failure and shelf.failure.message,
    }


def _described(shelf: Shelf) -> dict[str, Any]:
    pages = {name: f"{path}?region={shelf.region_id}" for name, path in SERVED_LINKS.items()}
    return {
        **_state(shelf),
        "badge": shelf.region.study.get("badge"),
        "language": shelf.region.study.get("language"),
        "summary": shelf.result and shelf.result.summary,
        "credits": list(credit_lines(shelf.region)),
        "pages": pages,
    }


def _sites(shelf: Shelf) -> bytes:
    result = shelf.require_result()
    is_ranked = "score" in result.sites
    table = sites_table(result) if is_ranked else gpd.GeoDataFrame(result.sites.reset_index())
    return feature_collection(table, "site_id", credit_lines(shelf.region))


def _zones(shelf: Shelf) -> bytes:
    zones = shelf.require_result().zones
    own = gpd.GeoDataFrame(zones[zones["role"] == "study"].reset_index())
    return feature_collection(own, "zone_id", credit_lines(shelf.region))

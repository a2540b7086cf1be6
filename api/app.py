"""The application: health, sites and zones as GeoJSON, and the pages.

Regions are opened by id, never by a path from the request; nothing is written. GeoJSON leaves in
EPSG:4326. The interactive docs page of the framework loads from another host and is off; the
schema itself is at ``/openapi.json``.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import geopandas as gpd
import numpy as np
from fastapi import FastAPI, Query, Response
from fastapi.responses import HTMLResponse

from api.errors import add_error_handlers
from api.library import Library
from geo_planner import __version__
from geo_planner.exports import sites_table
from geo_planner.maps.assets import missing_assets

_GEOJSON = "application/geo+json"
_COORDINATE_DECIMALS = 6

RegionId = Annotated[str | None, Query(description="Id of the region; default: the first.")]


def create_app(folders: Sequence[Path]) -> FastAPI:
    """Make the service for some region folders; they are analysed once it starts.

    Raises
    ------
    RegionError, InputError
        When a folder is no region or two share an id.
    """
    library = Library(folders)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        library.start()
        yield

    app = FastAPI(
        title="geo_planner", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    add_error_handlers(app)
    _add_data_routes(app, library)
    _add_pages(app, library)
    return app


def _add_data_routes(app: FastAPI, library: Library) -> None:
    @app.get("/health")
    def health() -> dict[str, Any]:
        """Tell that the service runs, what it holds, and what it lacks."""
        return {
            "status": "ok",
            "version": __version__,
            "regions": [
                {
                    "id": region_id,
                    "name": shelf.region.study["name"],
                    "digest": shelf.region.digest,
                    "state": shelf.state,
                    "failure": shelf.failure,
                }
                for region_id, shelf in library.shelves.items()
            ],
            "missing_assets": missing_assets(),
        }

    @app.get("/version")
    def version() -> dict[str, Any]:
        """Tell the program's version and the digests of the data."""
        digests = {name: shelf.region.digest for name, shelf in library.shelves.items()}
        return {"version": __version__, "regions": digests}

    @app.get("/api/sites")
    def sites(region: RegionId = None) -> Response:
        """Give the ranked sites as GeoJSON."""
        result = library.result(region)
        return _geojson(sites_table(result), result.region.credits)

    @app.get("/api/zones")
    def zones(region: RegionId = None) -> Response:
        """Give the zones of the study area with their access as GeoJSON."""
        result = library.result(region)
        own = result.zones[result.zones["role"] == "study"]
        return _geojson(gpd.GeoDataFrame(own.reset_index()), result.region.credits)


def _geojson(frame: gpd.GeoDataFrame, credit_lines: Sequence[str]) -> Response:
    numbers = frame.select_dtypes("number").columns
    finite = frame.assign(**{n: frame[n].replace([np.inf, -np.inf], np.nan) for n in numbers})
    rounded = finite.to_crs(4326).set_precision(10**-_COORDINATE_DECIMALS)
    finite = finite.set_geometry(rounded) if isinstance(rounded, gpd.GeoSeries) else rounded
    content = json.loads(finite.to_json(na="null", drop_id=True))
    content["credits"] = list(credit_lines)
    return Response(json.dumps(content, ensure_ascii=False), media_type=_GEOJSON)


def _add_pages(app: FastAPI, library: Library) -> None:
    from geo_planner.maps import render_map, render_overview, render_sites_page

    pages = {"/": render_overview, "/map": render_map, "/sites": render_sites_page}
    for path, render in pages.items():

        def page(region: RegionId = None, render: Any = render) -> HTMLResponse:
            shelf = library.shelf(region)
            if shelf.result is None and shelf.failure is None:
                return HTMLResponse(_WAITING, status_code=503, headers={"Retry-After": "5"})
            return HTMLResponse(render(library.result(region)))

        app.get(path, response_class=HTMLResponse)(page)


_WAITING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>geo_planner</title>
<meta http-equiv="refresh" content="5"></head><body><main><h1>The analysis is running</h1>
<p>This page opens by itself when it is done.</p></main></body></html>"""

"""The application: questions, collections, studies and the pages, under one roof.

Studies are opened by id, never by a path from the request. GeoJSON leaves in EPSG:4326. The schema
of all addresses is at ``/openapi.json``.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from geo_planner.version import __version__

from .asking.askers import Askers
from .asking.nest import Warm
from .asking.routes import add_questions
from .collections.routes import add_collections
from .comparing import add_comparisons
from .documentation import add_documentation
from .drawing import draw_pages
from .errors import add_error_handlers
from .frame import Frame
from .guard import Guard
from .jobs.routes import add_jobs
from .library import Library
from .limits import Heads, Limits
from .login import add_login
from .metrics import Metrics, add_metrics
from .pages import add_files, add_pages
from .scenario_files import add_scenario_files
from .scenarios import add_checks, add_results, add_scenarios
from .schema import describe
from .search import add_search
from .settings import ServiceSettings
from .share_page import add_share_page
from .sharing import add_sharing
from .status import add_status
from .workbench import State

_GZIP_FROM_BYTES = 1000
_GZIP_LEVEL = 5


def create_app(settings: ServiceSettings) -> FastAPI:
    """Make the service of some folders; runs are read and regions analysed once it starts.

    Parameters
    ----------
    settings
        What to serve, and how.

    Raises
    ------
    InputError
        When there is neither a run nor a region in any folder.
    """
    library = Library(settings.folders, draw_pages)
    state = None if settings.read_only else State(settings, library)
    askers = Askers(settings, _ahead(library, settings.warm_studies))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        library.start()
        askers.start()
        if state is not None:
            state.runner.start()
        yield
        if state is not None:
            await state.stop()
        library.stop()
        await askers.stop()

    guarding = state if settings.needs_key else None
    app = FastAPI(
        dependencies=[Depends(Guard(guarding))],
        title="geo_planner",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.library, app.state.askers = library, askers
    app.state.state, app.state.settings = state, settings
    add_error_handlers(app)
    add_status(app, library, askers)
    add_questions(app, library, askers)
    add_collections(app, library)
    add_search(app, library)
    add_checks(app, library, askers)
    add_comparisons(app, library)
    if state is None:
        add_results(app, library)
    else:
        add_scenario_files(app, library, state.scenarios)
        add_scenarios(app, library, state.scenarios)
        add_jobs(app, library, state.jobs, state.scenarios)
    add_pages(app, library)
    add_files(app, library)
    add_documentation(app)
    if guarding is not None:
        add_login(app, guarding.keys)
        add_sharing(app, library, guarding.shares)
        add_share_page(app, library, guarding.shares)
    metrics = Metrics(library, askers)
    add_metrics(app, metrics)
    describe(app)
    app.add_middleware(GZipMiddleware, minimum_size=_GZIP_FROM_BYTES, compresslevel=_GZIP_LEVEL)
    app.add_middleware(Heads)
    app.add_middleware(Limits, settings=settings)
    app.add_middleware(Frame, metrics=metrics)
    return app


def _ahead(library: Library, most: int) -> list[Warm]:
    regions = [study.baseline.region for study in library.studies.values()]
    return [Warm(region.path, region.digest) for region in regions[:most]]

"""What a monitor reads at ``/metrics``, in the text format of Prometheus."""

import time

from fastapi import FastAPI
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .asking.askers import Askers
from .library import Library

_BORDERS_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_NO_ROUTE = "none"


class Metrics:
    """Count requests by method, route and status, and measure how long they take.

    Parameters
    ----------
    library
        Studies, counted by state.
    askers
        Whose questions are counted, at work and waiting.
    """

    def __init__(self, library: Library, askers: Askers) -> None:
        self.registry = CollectorRegistry()
        names = ("method", "route", "status")
        self._requests = Counter(
            "geo_planner_requests", "Requests answered.", names, registry=self.registry
        )
        self._seconds = Histogram(
            "geo_planner_request_seconds",
            "Time until the last byte of an answer.",
            ("route",),
            buckets=_BORDERS_S,
            registry=self.registry,
        )
        running = Gauge(
            "geo_planner_questions_running", "Questions worked on.", registry=self.registry
        )
        running.set_function(lambda: askers.n_running)
        waiting = Gauge(
            "geo_planner_questions_waiting",
            "Questions that wait their turn.",
            registry=self.registry,
        )
        waiting.set_function(lambda: askers.n_waiting)
        ready = Gauge(
            "geo_planner_studies_ready", "Studies with a result to show.", registry=self.registry
        )
        ready.set_function(
            lambda: sum(one.baseline.state == "ready" for one in library.studies.values())
        )

    def note(self, method: str, route: str, status: int, took_s: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(took_s)


def add_metrics(app: FastAPI, metrics: Metrics) -> None:
    """Add the address a monitor reads."""

    @app.get("/metrics", tags=["service"], response_class=Response)
    def read() -> Response:
        """Tell how many requests were answered, how long they took, and what waits."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


class Measured:
    """Note every request once it is answered, by its route and not its address."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            took_s = time.perf_counter() - started
            self._metrics.note(scope["method"], route_of(scope), status, took_s)


def route_of(scope: Scope) -> str:
    """Name the route a request was answered by, without what was asked; ``none`` without one."""
    return str(getattr(scope.get("route"), "path", _NO_ROUTE))

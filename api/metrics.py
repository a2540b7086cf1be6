"""What a monitor reads at ``/metrics``, in the text format of Prometheus."""

from fastapi import FastAPI
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from starlette.types import Scope

from .asking.askers import Askers
from .library import Library

_BORDERS_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_NO_ROUTE, _OTHER_METHOD = "none", "other"


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

    def note(self, scope: Scope, status: int, took_s: float) -> None:
        """Count one answered request, by its route and not its address."""
        route = str(getattr(scope.get("route"), "path", _NO_ROUTE))
        method = scope["method"] if scope["method"] in _METHODS else _OTHER_METHOD
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(took_s)


def add_metrics(app: FastAPI, metrics: Metrics) -> None:
    """Add the address a monitor reads."""

    @app.get("/metrics", tags=["service"], response_class=Response)
    def read() -> Response:
        """Tell how many requests were answered, how long they took, and what waits."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

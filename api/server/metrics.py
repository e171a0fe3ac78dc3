"""Counts and times for Prometheus. No label comes from what a user sent: routes are templates, codes are ours."""

import contextlib
import time
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
UNMATCHED = "unmatched"
_METHODS = {"GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"}


class Metrics:
    """One registry of its own per server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "footnote_requests", "Requests answered", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "footnote_request_seconds", "Time to the last byte", ("route",), buckets=_SECONDS, registry=self._registry
        )
        self._stages = Histogram(
            "footnote_stage_seconds",
            "Time in a stage",
            ("route", "stage"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._errors = Counter(
            "footnote_errors", "Errors told to callers", ("route", "stage", "code"), registry=self._registry
        )

    def watch(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """A gauge that is read when asked for."""
        Gauge(f"footnote_{name}", meaning, registry=self._registry).set_function(read)

    def request(self, route: str, *, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def error(self, route: str, *, stage: str, code: str) -> None:
        self._errors.labels(route, stage, code).inc()

    def enter(self, stage: str, scope: MutableMapping[str, Any]) -> Callable[[], None]:
        """From now on the request is in this stage, and its errors are counted there; call the result at its end."""
        scope["state"]["stage"] = stage
        started = time.perf_counter()
        return lambda: self._stages.labels(route_of(scope), stage).observe(time.perf_counter() - started)

    @contextlib.contextmanager
    def stage(self, name: str, scope: MutableMapping[str, Any]) -> Iterator[None]:
        """The block is one stage of the request."""
        leave = self.enter(name, scope)
        try:
            yield
        finally:
            leave()

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)


def route_of(scope: MutableMapping[str, Any]) -> str:
    """The route's template, `/v1/jobs/{job_id}`, never the path that was asked for."""
    return str(getattr(scope.get("route"), "path", UNMATCHED))

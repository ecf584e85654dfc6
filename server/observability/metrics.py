"""Prometheus metrics of the server and of its database, and the `/metrics` endpoint.

Each process counts its own requests. If there are several, `seatkeeper serve` sets the directory in which they share
their counts, and the process that is scraped reports the total. Metrics of the database are queried at each scrape.
"""

import os
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from licensing.messages import Message
from models.db.postgres import pool_usage
from resolvers.operations.statistics import count_pending, count_vendors, measure_seats
from server.errors import RequestRejected
from server.settings import LOOPBACK, Settings

MULTIPROCESS_DIR_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable with the directory for shared counts; `prometheus_client` reads it when it is imported."""

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST"})
_PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_log = structlog.get_logger("seatkeeper.metrics")


class Metrics:
    """The metrics of this process; label values come from fixed sets, so clients cannot create time series."""

    def __init__(self, paths: frozenset[str]) -> None:
        self.registry = CollectorRegistry()
        self._paths = paths
        self._labeled = cache(self._label_metrics)  # the number of labels is bounded, and looking them up is slow
        self._requests = Counter(
            "seatkeeper_requests", "HTTP requests.", ("path", "method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "seatkeeper_request_seconds", "Time until the start of the response.", ("path",),
            registry=self.registry, buckets=_BUCKETS,
        )  # fmt: skip
        self._errors = Counter(
            "seatkeeper_errors", "Responses with a top-level error of this code.", ("code",), registry=self.registry
        )
        connections = Gauge(
            "seatkeeper_database_connections", "PostgreSQL connections in the pools.", ("state",),
            registry=self.registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self._connections = cache(connections.labels)

    def count_request(self, scope: Scope, status: int, seconds: float, outcome: str) -> None:
        """Count a request; `outcome` is its error codes separated by commas, or `OK`."""
        path = scope["path"] if scope["path"] in self._paths else "other"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        requests, durations = self._labeled(path, method, status)
        requests.inc()
        durations.observe(seconds)
        for code in set(outcome.split(",")) - {"OK"}:
            self._errors.labels(code).inc()

    def _label_metrics(self, path: str, method: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(path, method, str(status)), self._seconds.labels(path)

    def update_pool_gauges(self) -> None:
        """Set the gauges of the connection pools to their current values."""
        if usage := pool_usage():
            for state, connections in zip(("in use", "idle"), usage, strict=True):
                self._connections(state).set(connections)

    def render(self) -> bytes:
        """Return the metrics of all processes in the text format."""
        folder = os.environ.get(MULTIPROCESS_DIR_VARIABLE)
        if folder is None:
            return generate_latest(self.registry)
        for pid in _dead_processes(Path(folder)):
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
        registry = CollectorRegistry()
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


async def metrics(request: Request) -> Response:
    """Return all metrics; those of the database are left out while it is unreachable.

    Raises:
        RequestRejected: The request has a wrong token, or has none and does not come from loopback.
    """
    _check_caller(request, request.app.state.settings)
    collected: Metrics = request.app.state.metrics
    return Response(collected.render() + await _database_metrics(), media_type=CONTENT_TYPE_LATEST)


def _check_caller(request: Request, settings: Settings) -> None:
    given = request.headers.get("authorization")
    expected = f"Bearer {settings.metrics_token}"
    if given and settings.metrics_token and secrets.compare_digest(given.encode(), expected.encode()):
        return
    if given is not None or not _is_loopback_request(request):
        message = Message(
            "Request the metrics from this machine, or send SEATKEEPER_METRICS_TOKEN as Authorization: Bearer."
        )
        raise RequestRejected(401, message, "UNAUTHENTICATED", {"WWW-Authenticate": "Bearer"})


def _is_loopback_request(request: Request) -> bool:
    # Behind a local proxy every request comes from loopback, hence the check of proxy headers. A page in a local
    # browser may reach loopback under its own host name (DNS rebinding), hence the check of `Host`.
    is_direct = not any(header in request.headers for header in _PROXY_HEADERS)
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return is_direct and request.client is not None and request.client.host in LOOPBACK and host in LOOPBACK


class _StaticCollector(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self.families = families

    def collect(self) -> Iterator[Metric]:
        return iter(self.families)


async def _database_metrics() -> bytes:
    in_use = GaugeMetricFamily("seatkeeper_seats_in_use", "Assigned seats.", labels=("installation", "license"))
    total = GaugeMetricFamily(
        "seatkeeper_seats", "Seats bought; absent if unlimited.", labels=("installation", "license")
    )
    pending = GaugeMetricFamily("seatkeeper_pending_change_sets", "Pending change sets.", labels=("installation",))
    vendors = GaugeMetricFamily(
        "seatkeeper_vendors", "Vendors by the outcome of their last check.", labels=("installation", "check")
    )
    is_up = GaugeMetricFamily("seatkeeper_database_up", "1 if the database is reachable.", value=1)
    try:
        for seats in await measure_seats():
            in_use.add_metric((seats.installation, seats.license), seats.in_use)
            if seats.total is not None:
                total.add_metric((seats.installation, seats.license), seats.total)
        for installation, count in (await count_pending()).items():
            pending.add_metric((installation,), count)
        for labels, count in (await count_vendors()).items():
            vendors.add_metric(labels, count)
        families = [is_up, in_use, total, pending, vendors]
    except Exception as error:
        # The other metrics are most needed during an outage, so the scrape must not fail.
        _log.warning("cannot measure the database", error=type(error).__name__)
        families = [GaugeMetricFamily("seatkeeper_database_up", "1 if the database is reachable.", value=0)]
    registry = CollectorRegistry()
    registry.register(_StaticCollector(list(families)))
    return generate_latest(registry)


def _dead_processes(folder: Path) -> Iterator[int]:
    for file in folder.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            yield pid
        except PermissionError:
            continue

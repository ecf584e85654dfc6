"""`/metrics`: what the server does and what is in its database, in the text format of Prometheus.

Each process counts for itself. Where there are several, `seatkeeper serve` gives them a folder to count in, and
whichever is asked adds all of it up. What is in the database is read when it is asked for.
"""

import os
import secrets
import time
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
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage

from licensing.messages import Message
from models.db.postgres import pool_use
from resolvers.operations.statistics import count_pending, count_vendors, measure_seats
from server.errors import RequestRejected
from server.settings import LOOPBACK, Settings

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which several processes count; read when `prometheus_client` is imported."""

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_log = structlog.get_logger("seatkeeper.metrics")


class Metrics:
    """What this process counts; labels are from short lists, whatever clients send."""

    def __init__(self, paths: frozenset[str]) -> None:
        self.registry = CollectorRegistry()
        self._paths = paths
        self._of = cache(self._count)  # of each short list of labels once: looking them up takes longer than counting
        self._requests = Counter(
            "seatkeeper_requests", "Requests answered.", ("path", "method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "seatkeeper_request_seconds", "Time until the answer began.", ("path",),
            registry=self.registry, buckets=_BUCKETS,
        )  # fmt: skip
        self._errors = Counter(
            "seatkeeper_errors", "Answers with an error of this code at top level.", ("code",), registry=self.registry
        )
        connections = Gauge(
            "seatkeeper_database_connections", "Connections of the pools to PostgreSQL.", ("state",),
            registry=self.registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self._connections = cache(connections.labels)

    def answered(self, scope: Scope, status: int, seconds: float, outcome: str) -> None:
        """Counts a request; the outcome is the codes of its errors, separated by commas, or `OK`."""
        path = scope["path"] if scope["path"] in self._paths else "other"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        requests, durations = self._of(path, method, status)
        requests.inc()
        durations.observe(seconds)
        for code in set(outcome.split(",")) - {"OK"}:
            self._errors.labels(code).inc()

    def _count(self, path: str, method: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(path, method, str(status)), self._seconds.labels(path)

    def note_pool(self) -> None:
        """Notes how much of the pool is in use now."""
        if use := pool_use():
            for state, connections in zip(("in use", "idle"), use, strict=True):
                self._connections(state).set(connections)

    def of_all_processes(self) -> bytes:
        """The counts as text."""
        folder = os.environ.get(FOLDER_VARIABLE)
        if folder is None:
            return generate_latest(self.registry)
        for pid in _dead_processes(Path(folder)):
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
        everything = CollectorRegistry()
        MultiProcessCollector(everything, folder)  # type: ignore[no-untyped-call]
        return generate_latest(everything)


class RequestMetricsMiddleware:
    """Counts each request, with what is said of it in the log; it stands around `RequestLogMiddleware`."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Counts it when it is over."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, status, seconds = time.perf_counter(), 0, 0.0

        async def send_and_note(message: ASGIMessage) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - started
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            outcome = structlog.contextvars.get_contextvars().get("outcome", "OK")
            self.metrics.answered(scope, status, seconds or time.perf_counter() - started, outcome)
            self.metrics.note_pool()


async def metrics(request: Request) -> Response:
    """Everything that is counted, for those who may see it; without the database, what needs none."""
    _check_caller(request, request.app.state.settings)
    counts: Metrics = request.app.state.metrics
    return Response(counts.of_all_processes() + await _measured(), media_type=CONTENT_TYPE_LATEST)


def _check_caller(request: Request, settings: Settings) -> None:
    given = request.headers.get("authorization")
    expected = f"Bearer {settings.metrics_token}"
    if given and settings.metrics_token and secrets.compare_digest(given.encode(), expected.encode()):
        return
    if given is not None or not _is_on_this_machine(request):
        message = Message(
            "Ask for the metrics from this machine, or with SEATKEEPER_METRICS_TOKEN as Authorization: Bearer."
        )
        raise RequestRejected(401, message, "UNAUTHENTICATED", {"WWW-Authenticate": "Bearer"})


def _is_on_this_machine(request: Request) -> bool:
    # Behind a proxy here everybody comes from loopback, and so does any page in a browser here, by a name of its own.
    is_direct = not any(header in request.headers for header in _FORWARDED)
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return is_direct and request.client is not None and request.client.host in LOOPBACK and host in LOOPBACK


class _Given(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self.families = families

    def collect(self) -> Iterator[Metric]:
        return iter(self.families)


async def _measured() -> bytes:
    in_use = GaugeMetricFamily("seatkeeper_seats_in_use", "Seats that users hold.", labels=("installation", "license"))
    total = GaugeMetricFamily(
        "seatkeeper_seats", "Seats bought; none if unlimited.", labels=("installation", "license")
    )
    pending = GaugeMetricFamily("seatkeeper_pending_change_sets", "Change sets that wait.", labels=("installation",))
    vendors = GaugeMetricFamily(
        "seatkeeper_vendors", "Vendors by how the last check went.", labels=("installation", "check")
    )
    is_up = GaugeMetricFamily("seatkeeper_database_up", "Whether the database answers.", value=1)
    try:
        for seats in await measure_seats():
            in_use.add_metric((seats.installation, seats.license), seats.in_use)
            if seats.total is not None:
                total.add_metric((seats.installation, seats.license), seats.total)
        for installation, waiting in (await count_pending()).items():
            pending.add_metric((installation,), waiting)
        for labels, number in (await count_vendors()).items():
            vendors.add_metric(labels, number)
        families = [is_up, in_use, total, pending, vendors]
    except Exception as failure:
        # Whoever watches the server learns most when something is broken.
        _log.warning("cannot measure the database", error=type(failure).__name__)
        families = [GaugeMetricFamily("seatkeeper_database_up", "Whether the database answers.", value=0)]
    registry = CollectorRegistry()
    registry.register(_Given(list(families)))
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

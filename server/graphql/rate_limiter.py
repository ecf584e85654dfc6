"""Rate limiting: each caller has a bucket of points, which operations spend and time refills.

The buckets are in the memory of each process, so with several processes a caller gets up to as many times the points.
Sign-in attempts, which all processes must count together, are in the database (`resolvers.auth.login_throttling`).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from licensing.messages import Message
from resolvers.auth.login_throttling import network_of
from resolvers.context import Context
from schema.execution.complexity import MAX_CHARACTERS
from server.errors import RequestRejected
from server.settings import RateLimit

ANONYMOUS = RateLimit(60, 1)
"""Limit of anonymous callers per network: bursts of 60 operations, refilled by one per second."""
CHARACTERS_PER_POINT = 1_000
"""Characters of a rejected document that cost one point."""
MAX_CALLERS = 10_000
"""Buckets kept in memory. The least recently used is evicted first; it has most likely been refilled by then."""


@dataclass(frozen=True, slots=True)
class RateLimitResult:
    """The points requested and left after charging an operation."""

    requested: int
    available: int
    limit: RateLimit

    def to_extension(self) -> dict[str, Any]:
        """Return the value of `extensions.cost` in a response."""
        return {
            "requested": self.requested,
            "available": self.available,
            "limit": self.limit.points,
            "restoreRate": self.limit.per_second,
        }


def rejection_cost(document: str) -> int:
    """Return the points that a document costs if it is rejected: one per started 1,000 characters."""
    return max(1, math.ceil(min(len(document), MAX_CHARACTERS) / CHARACTERS_PER_POINT))


class RateLimitExceeded(RequestRejected):
    """The caller has too few points left."""

    def __init__(self, result: RateLimitResult, seconds: int) -> None:
        message = Message(
            "There were too many requests. Wait {seconds:second|seconds}, then try again.", seconds=seconds
        )
        super().__init__(429, message, "RATE_LIMITED", {"Retry-After": str(seconds)}, {"cost": result.to_extension()})


class RateLimiter:
    """The token buckets of all callers."""

    def __init__(self, limit: RateLimit, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._points: dict[str, tuple[float, float]] = {}
        """Points left and the time of the last charge by caller, least recently charged first."""

    def admit(self, context: Context) -> int:
        """Charge an anonymous request before it is parsed, and return the points paid; others pay when it is read.

        Raises:
            RateLimitExceeded: The caller's network has no points left.
        """
        if context.principal is not None:
            return 0
        return self.charge(context, 1).requested

    def require(self, context: Context, cost: int, *, paid: int = 0) -> None:
        """Check that the caller has as many points as `cost`, without charging them.

        Raises:
            RateLimitExceeded: The caller has too few points.
        """
        self._take(context, cost, paid, is_charged=False)

    def charge(self, context: Context, cost: int, *, paid: int = 0) -> RateLimitResult:
        """Charge an operation to the caller, of which some points may be `paid` already.

        Raises:
            RateLimitExceeded: The caller has too few points. None are charged.
        """
        return self._take(context, cost, paid, is_charged=True)

    def _take(self, context: Context, cost: int, paid: int, *, is_charged: bool) -> RateLimitResult:
        caller, limit = _caller_key(context), self._limit
        if context.principal is None:
            limit = ANONYMOUS
        # An operation that costs more than a full bucket needs a full bucket, because it could never run otherwise.
        cost = min(cost, limit.points)
        due, now = cost - paid, self._clock()
        points, charged_at = self._points.pop(caller, (float(limit.points), now))
        points = min(points + (now - charged_at) * limit.per_second, limit.points)
        is_allowed = points >= due
        self._points[caller] = (points - due if is_allowed and is_charged else points, now)
        if len(self._points) > MAX_CALLERS:
            del self._points[next(iter(self._points))]
        if not is_allowed:
            seconds = math.ceil((due - points) / limit.per_second)
            raise RateLimitExceeded(RateLimitResult(cost, int(points), limit), seconds)
        return RateLimitResult(cost, int(points - due), limit)


def _caller_key(context: Context) -> str:
    principal = context.principal
    if principal is None:
        return f"network {network_of(context.client_ip or '')}"
    return principal.credential

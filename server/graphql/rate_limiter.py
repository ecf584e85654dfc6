"""How often one caller may ask: points that each operation takes, and that come back with time.

The counts are in the memory of each process: with several, a caller gets somewhat more. What must be counted by all
together, the tries to sign in, is in the database (`resolvers.sign_in_attempts`).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from licensing.messages import Message
from resolvers.auth.login_throttling import network_of
from resolvers.context import Context
from server.errors import RequestRejected
from server.settings import RateLimit

ANONYMOUS = RateLimit(60, 1)
"""Operations of those who are not signed in, by network: 60, and one more each second."""
MAX_CALLERS = 10_000
"""Callers that are remembered. Whoever was away longest is forgotten first, and most likely has all points back."""


@dataclass(frozen=True, slots=True)
class RateLimitResult:
    """What an operation took, and what is left of what."""

    requested: int
    available: int
    limit: RateLimit

    def shown(self) -> dict[str, Any]:
        """As it stands in `extensions.cost`."""
        return {
            "requested": self.requested,
            "available": self.available,
            "limit": self.limit.points,
            "restoreRate": self.limit.per_second,
        }


class RateLimited(RequestRejected):
    """The caller has too few points left."""

    def __init__(self, charge: RateLimitResult, seconds: int) -> None:
        message = Message(
            "There were too many requests. Wait {seconds:second|seconds}, then try again.", seconds=seconds
        )
        super().__init__(429, message, "RATE_LIMITED", {"Retry-After": str(seconds)}, {"cost": charge.shown()})


class RateLimiter:
    """The points of all callers, as far as they lack some."""

    def __init__(self, limit: RateLimit, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._points: dict[str, tuple[float, float]] = {}
        """Points left, and when, by caller; whoever asked last stands last."""

    def charge(self, context: Context, cost: int) -> RateLimitResult:
        """Takes the points of an operation; of the caller's, or of the network's if nobody is signed in.

        Raises:
            RateLimited: There are too few, and none are taken.
        """
        caller, limit = _caller(context), self._limit
        if context.principal is None:
            limit, cost = ANONYMOUS, 1
        # What costs more than there can ever be is let through with all points, rather than never.
        cost = min(cost, limit.points)
        now = self._clock()
        points, counted_at = self._points.pop(caller, (float(limit.points), now))
        points = min(points + (now - counted_at) * limit.per_second, limit.points)
        enough = points >= cost
        self._points[caller] = (points - cost if enough else points, now)
        if len(self._points) > MAX_CALLERS:
            del self._points[next(iter(self._points))]
        if not enough:
            seconds = math.ceil((cost - points) / limit.per_second)
            raise RateLimited(RateLimitResult(cost, int(points), limit), seconds)
        return RateLimitResult(cost, int(points - cost), limit)


def _caller(context: Context) -> str:
    principal = context.principal
    if principal is None:
        return f"network {network_of(context.client_ip or '')}"
    return f"token {principal.token_id}" if principal.token_id else f"user {principal.user_id}"

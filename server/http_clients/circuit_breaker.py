"""A circuit breaker: what fails again and again is left alone for a while."""

from collections.abc import Callable

FAILURE_THRESHOLD = 5
"""Failures in a row."""
RESET_TIMEOUT = 60.0
"""Seconds without a try; then one is let through, and what comes of it decides."""


class CircuitBreaker:
    """Whether one server is worth a try."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._rests_until = 0.0

    def allow(self) -> bool:
        """Whether a try may be made now; after a rest this is true for one caller."""
        if self._failures < FAILURE_THRESHOLD:
            return True
        now = self._clock()
        if now < self._rests_until:
            return False
        # The next one waits as if this try had failed, so one that is never finished does no harm.
        self._rests_until = now + RESET_TIMEOUT
        return True

    def succeeded(self) -> None:
        """Notes an answer."""
        self._failures = 0

    def failed(self) -> None:
        """Notes a failure."""
        self._failures += 1
        self._rests_until = self._clock() + RESET_TIMEOUT

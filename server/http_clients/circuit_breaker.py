"""A circuit breaker, which suspends requests to a server that fails repeatedly."""

from collections.abc import Callable

FAILURE_THRESHOLD = 5
"""Consecutive failures after which the circuit opens."""
RESET_TIMEOUT = 60.0
"""Seconds for which the circuit is open; then one trial request decides whether it closes."""


class CircuitBreaker:
    """The state of the circuit to one server: closed, open or half-open."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0

    def allow(self) -> bool:
        """Return whether a request may be sent now; when the circuit is half-open, only the first caller may."""
        if self._failures < FAILURE_THRESHOLD:
            return True
        now = self._clock()
        if now < self._open_until:
            return False
        # Open the circuit again as if the trial had failed, so that a trial that never ends blocks nothing.
        self._open_until = now + RESET_TIMEOUT
        return True

    def record_success(self) -> None:
        """Record a response, which closes the circuit."""
        self._failures = 0

    def record_failure(self) -> None:
        """Record a failure, which opens the circuit at the threshold."""
        self._failures += 1
        self._open_until = self._clock() + RESET_TIMEOUT

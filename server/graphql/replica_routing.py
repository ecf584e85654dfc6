"""Routing of queries to a read replica, as long as it is up to date for the caller's installation."""

import asyncio
import time

import structlog

from models.db.errors import UNREACHABLE
from models.db.replica import PRIMARY, REPLICA, installation_version

REPLICA_TIMEOUT = 0.5
"""Seconds within which the replica must respond to be used."""
REPLICA_RETRY_DELAY = 5.0
"""Seconds for which the replica is not used after it failed or timed out."""

_UNAVAILABLE_ERRORS: tuple[type[Exception], ...] = (*UNREACHABLE, TimeoutError)
_log = structlog.get_logger("seatkeeper.replica")


class ReplicaRouter:
    """Decides for each query whether the replica may serve it."""

    def __init__(self) -> None:
        """Start with a replica that may be used."""
        self._retry_at = 0.0

    async def is_current(self, installation_id: int) -> bool:
        """Return whether the replica is reachable and has every change of the installation."""
        if time.monotonic() < self._retry_at:
            return False
        newest = await installation_version(installation_id, PRIMARY)
        try:
            async with asyncio.timeout(REPLICA_TIMEOUT):
                return await installation_version(installation_id, REPLICA) == newest
        except _UNAVAILABLE_ERRORS as error:
            self._retry_at = time.monotonic() + REPLICA_RETRY_DELAY
            _log.warning(
                "replica unavailable, reading from the primary", error=type(error).__name__, seconds=REPLICA_RETRY_DELAY
            )
            return False

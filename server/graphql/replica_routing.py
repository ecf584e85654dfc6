"""Queries read from a replica, as long as it has all that was changed in the caller's installation."""

import asyncio
import time

import structlog

from models.db.errors import UNREACHABLE
from models.db.replica import PRIMARY, REPLICA, installation_version

PATIENCE = 0.5
"""Seconds within which a replica answers, or is left alone for a while."""
LEFT_ALONE = 5.0

_LOST: tuple[type[Exception], ...] = (*UNREACHABLE, TimeoutError)
_log = structlog.get_logger("seatkeeper.replica")


class Replica:
    """Whether the replica may be read from, found out anew for each query."""

    def __init__(self) -> None:
        """Not tried yet."""
        self._alone_until = 0.0

    async def has(self, installation_id: int) -> bool:
        """Whether it has all that was changed in the installation until now."""
        if time.monotonic() < self._alone_until:
            return False
        newest = await installation_version(installation_id, PRIMARY)
        try:
            async with asyncio.timeout(PATIENCE):
                return await installation_version(installation_id, REPLICA) == newest
        except _LOST as error:
            self._alone_until = time.monotonic() + LEFT_ALONE
            _log.warning("the replica is left alone", error=type(error).__name__, seconds=LEFT_ALONE)
            return False

"""The webhook sender, which delivers events in the background, one task per webhook. Any process can run one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import uuid4

import structlog

from models.db.errors import is_too_slow, is_unreachable
from resolvers.context import Context, utc_now
from resolvers.webhooks.deliveries import (
    WebhookLease,
    claim_due_webhook,
    mark_delivered,
    mark_failed,
    release,
    undelivered_events,
)
from server.http_clients.webhook_client import WebhookClient
from server.http_clients.webhook_messages import build_event_messages

POLL_INTERVAL = 1.0
"""Seconds between two searches for due webhooks."""
CONCURRENCY = 64
"""Webhooks that a process delivers to at the same time, so that slow endpoints do not delay the others."""
MAX_BATCHES_PER_LEASE = 10
"""Batches of events per lease, after which other webhooks get their turn."""
SHUTDOWN_TIMEOUT = 5.0
"""Seconds that deliveries in progress have to finish at shutdown."""

log = structlog.get_logger("seatkeeper.webhooks")


class WebhookSender:
    """A loop that delivers to each webhook the events that it has not received yet."""

    def __init__(self, client: WebhookClient, *, now: Callable[[], datetime] = utc_now) -> None:
        self.client = client
        self.now = now
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver events for the duration of the block; at its end, wait for deliveries in progress."""
        polling = asyncio.create_task(self._poll())
        try:
            yield
        finally:
            self._is_stopping = True
            polling.cancel()
            await asyncio.wait([polling, *self._tasks], timeout=SHUTDOWN_TIMEOUT)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(polling, *self._tasks, return_exceptions=True)

    async def run_once(self) -> None:
        """Deliver all events that are due now, and wait until the deliveries have ended."""
        await self._start_due_webhooks()
        await asyncio.gather(*self._tasks)

    async def _poll(self) -> None:
        while True:
            try:
                await self._start_due_webhooks()
            except Exception as failure:
                self._log_failure(failure)
            await asyncio.sleep(POLL_INTERVAL)

    async def _start_due_webhooks(self) -> None:
        while len(self._tasks) < CONCURRENCY and (lease := await claim_due_webhook(self.now())):
            task = asyncio.create_task(self._deliver_leased(lease))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver_leased(self, lease: WebhookLease) -> None:
        try:
            for _ in range(MAX_BATCHES_PER_LEASE):
                if not await self._deliver_batch(lease):
                    return
            await release(lease, self.now())
        except Exception as failure:  # the lease expires, after which the webhook is due again
            self._log_failure(failure, webhook=lease.webhook.id)

    async def _deliver_batch(self, lease: WebhookLease) -> bool:
        """Deliver a batch of events in order, and return whether this process may have more to deliver."""
        context = self._context(lease)
        rows = await undelivered_events(context, lease)
        if not rows:
            await release(lease, self.now())
            return False
        for row, message in zip(rows, await build_event_messages(context, lease.webhook, rows), strict=True):
            if self._is_stopping:
                await release(lease, self.now())
                return False
            delivery, result = await self.client.deliver(context, lease.webhook, message, row[0])
            if result.error is not None:
                log.info("webhook failed", webhook=lease.webhook.id, message=message.id, error=str(result.error))
                await mark_failed(context, lease, delivery, self.now(), gone=result.is_gone)
                return False
            if not await mark_delivered(lease, row, delivery, self.now()):
                return False
        return True

    def _context(self, lease: WebhookLease) -> Context:
        context = lease.context(f"webhook-{uuid4().hex}")
        context.now = self.now
        return context

    def _log_failure(self, failure: Exception, **fields: int) -> None:
        if is_unreachable(failure) or is_too_slow(failure):
            log.warning("database unavailable, retrying", error=type(failure).__name__, **fields)
        else:
            log.error("webhook delivery failed, retrying", exc_info=failure, **fields)

"""The sender: tells webhooks of events, each in its own task, beside the requests of any number of processes."""

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
    events_to_tell,
    mark_delivered,
    mark_failed,
    release,
)
from server.http_clients.webhook_client import WebhookClient
from server.http_clients.webhook_messages import event_messages

POLL_INTERVAL = 1.0
"""Seconds between two looks for what is to be told."""
CONCURRENCY = 64
"""Webhooks told at the same time by a process, so that slow ones hold up no other."""
MAX_EVENTS_PER_LEASE = 10
"""Batches of events after which others have their turn."""
SHUTDOWN_TIMEOUT = 5.0
"""Seconds in which tries may end when the server does."""

log = structlog.get_logger("seatkeeper.webhooks")


class WebhookSender:
    """Tells webhooks what they have not been told yet."""

    def __init__(self, client: WebhookClient, *, now: Callable[[], datetime] = utc_now) -> None:
        self.client = client
        self.now = now
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sends for as long as the block lasts; tries under way at its end may end in time."""
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._is_stopping = True
            looking.cancel()
            await asyncio.wait([looking, *self._tasks], timeout=SHUTDOWN_TIMEOUT)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(looking, *self._tasks, return_exceptions=True)

    async def run_once(self) -> None:
        """Tells all that is to be told now, and waits for how it goes."""
        await self._start_due()
        await asyncio.gather(*self._tasks)

    async def _look(self) -> None:
        while True:
            try:
                await self._start_due()
            except Exception as failure:
                self._note(failure)
            await asyncio.sleep(POLL_INTERVAL)

    async def _start_due(self) -> None:
        while len(self._tasks) < CONCURRENCY and (claim := await claim_due_webhook(self.now())):
            task = asyncio.create_task(self._serve(claim))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, claim: WebhookLease) -> None:
        try:
            for _ in range(MAX_EVENTS_PER_LEASE):
                if not await self._tell_some(claim):
                    return
            await release(claim, self.now())
        except Exception as failure:  # the lease ends by itself, and the webhook is taken up again
            self._note(failure, webhook=claim.webhook.id)

    async def _tell_some(self, claim: WebhookLease) -> bool:
        """Tells a batch of events in order, and says whether there may be more for this process to tell."""
        context = self._context(claim)
        rows = await events_to_tell(context, claim)
        if not rows:
            await release(claim, self.now())
            return False
        for row, message in zip(rows, await event_messages(context, claim.webhook, rows), strict=True):
            if self._is_stopping:
                await release(claim, self.now())
                return False
            delivery, answer = await self.client.deliver(context, claim.webhook, message, row[0])
            if answer.error is not None:
                log.info("webhook failed", webhook=claim.webhook.id, message=message.id, error=str(answer.error))
                await mark_failed(context, claim, delivery, self.now(), gone=answer.is_gone)
                return False
            if not await mark_delivered(claim, row, delivery, self.now()):
                return False
        return True

    def _context(self, claim: WebhookLease) -> Context:
        context = claim.context(f"webhook-{uuid4().hex}")
        context.now = self.now
        return context

    def _note(self, failure: Exception, **about: int) -> None:
        if is_unreachable(failure) or is_too_slow(failure):
            log.warning("webhooks wait for the database", error=type(failure).__name__, **about)
        else:
            log.error("a webhook failed and is tried again", exc_info=failure, **about)

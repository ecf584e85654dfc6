"""The unit of work: every transaction that changes data is a `unit_of_work` block and records audit events."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from tortoise.transactions import in_transaction

from licensing.enums import AuditAction
from licensing.errors import LicensingError
from licensing.messages import params_as_json
from models.db.bulk import THIS_BATCH, append_events
from models.db.errors import CONFLICTS
from models.db.replica import PRIMARY
from models.installation import Installation
from resolvers.context import Context
from resolvers.credentials import check_credentials
from resolvers.principals import Actor

Detail = tuple[str, str | None, str | None]
"""A changed attribute: its name, the value before and the value after; None for no value."""

RETRY_DELAYS = (0.02, 0.1, 0.4)
"""Seconds before each retry of a use case, varied by up to half."""

T = TypeVar("T")


@dataclass(slots=True)
class UnitOfWork:
    """An open transaction that holds the lock of its installation's row."""

    context: Context
    installation: Installation
    now: datetime
    result: Any = None
    """The part of the result, as JSON, that a repeated request cannot derive from its arguments."""
    error: LicensingError | None = None
    """The error that a repeated request raises instead of returning a result."""
    _events: list[dict[str, Any]] = field(default_factory=list)

    def record(
        self,
        action: AuditAction,
        *,
        vendor_id: int | None = None,
        change_set_id: int | None = None,
        license_id: int | None = None,
        user_id: int | None = None,
        details: Iterable[Detail] = (),
        actor: Actor | None = None,
        **params: object,
    ) -> None:
        """Add an event at the next position, to be written before the commit.

        Args:
            action: The kind of event.
            vendor_id: The vendor that the event concerns, if any.
            change_set_id: The change set that the event concerns, if any.
            license_id: The license that the event concerns, if any.
            user_id: The user that the event concerns, if any.
            details: The changed attributes.
            actor: The originator, by default the caller.
            **params: The parameters of the action's summary in `resolvers.audit.log.SUMMARIES`.
        """
        actor = actor or self.context.caller.actor
        self._events.append(
            {
                "installation_id": self.installation.id,
                "position": self.installation.event_position + 1 + len(self._events),
                "occurred_at": self.now,
                "action": action.value,
                "actor_kind": actor.kind.value,
                "actor_name": actor.name,
                "request_id": self.context.request_id,
                "facts": params_as_json(params),
                "details": [list(detail) for detail in details],
                "vendor_id": vendor_id,
                "change_set_id": change_set_id,
                "license_id": license_id,
                "user_id": user_id,
                "seat_batch_id": None,
                "held_since": None,
            }
        )

    def record_seats(
        self,
        users: Sequence[tuple[int, str, int | None]],
        action: AuditAction,
        *,
        vendor_id: int,
        license_id: int,
        **params: Any,
    ) -> None:
        """Add one event per user who was assigned a license or lost it; the unit of work becomes a seat batch.

        Args:
            users: ID, name and, of a revoked assignment, `held_since`.
            action: The kind of event.
            vendor_id: The vendor of the license.
            license_id: The license.
            **params: The parameters of the action's summary, without `user`.
        """
        if not users:
            return
        self.record(action, vendor_id=vendor_id, license_id=license_id, **params)
        template = self._events.pop()
        self._events += [
            {
                **template,
                "position": template["position"] + offset,
                "user_id": user_id,
                "facts": {"user": name, **template["facts"]},
                "seat_batch_id": THIS_BATCH,
                "held_since": held_since,
            }
            for offset, (user_id, name, held_since) in enumerate(users)
        ]

    async def write_events(self) -> None:
        """Insert the events in the order they were added and notify subscribers on commit."""
        self.installation.event_position += len(self._events)
        self.installation.version += 1
        if not self._events:
            await self.installation.save(update_fields=["version"])
            return
        position, version = self.installation.event_position, self.installation.version
        changes_seats = any(event["seat_batch_id"] is not None for event in self._events)
        batch = self._seat_batch() if changes_seats else None
        await append_events(self.installation.id, position, version, self._events, batch)
        self._events.clear()

    def _seat_batch(self) -> dict[str, Any]:
        actor = self.context.caller.actor
        return {
            "installation_id": self.installation.id,
            "created_at": self.now,
            "actor_kind": actor.kind.value,
            "actor_name": actor.name,
            "request_id": self.context.request_id,
        }


@asynccontextmanager
async def unit_of_work(context: Context) -> AsyncIterator[UnitOfWork]:
    """Open a transaction, lock the installation's row, and write the recorded events before the commit.

    An exception rolls the transaction back. The context's cache is cleared in either case.

    Raises:
        Unauthenticated: The caller's credentials have expired or were revoked since authentication.
        AlreadyDone: A request with the same idempotency key has changed data before.
        KeyReused: The idempotency key was used for a different request.
    """
    request = context.idempotent_request
    try:
        async with in_transaction(PRIMARY):
            installation = await Installation.select_for_update().get(id=context.installation_id)
            unit = UnitOfWork(context, installation, context.now())
            # They may have been revoked while the request waited for the lock.
            await check_credentials(context.caller, unit.now)
            if request:
                await request.check_not_executed(unit.now)
            yield unit
            await unit.write_events()
            outcome = await request.keep(unit.result, unit.error, unit.now) if request else None
            context.lift_deadline()
        if request:
            request.outcome = outcome
    finally:
        context.clear_cache()


async def record_refusal(
    context: Context, action: AuditAction, error: LicensingError, *, result: Any = None, **event: Any
) -> None:
    """Record an event about a refused operation in a transaction of its own, after the rollback."""
    async with unit_of_work(context) as unit:
        unit.result, unit.error = result, error
        unit.record(action, **event)


async def retry_on_conflict(use_case: Callable[[], Awaitable[T]]) -> T:
    """Run a use case, retrying it from the start after deadlocks and serialization failures."""
    for delay in RETRY_DELAYS:
        try:
            return await use_case()
        except CONFLICTS:
            await asyncio.sleep(delay * random.uniform(0.5, 1.5))
    return await use_case()

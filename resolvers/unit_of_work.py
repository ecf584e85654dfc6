"""Changes and what is recorded of them: every transaction that changes something is a `unit_of_work` block."""

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
from models.db.errors import CONFLICTS
from models.db.replica import PRIMARY
from models.db.sets import append_events
from models.installation import Installation
from resolvers.context import Actor, Context

Detail = tuple[str, str | None, str | None]
"""What changed, by name: its value before and after; None for none."""

RETRY_DELAYS = (0.02, 0.1, 0.4)
"""Seconds, more or less, before each time that a use case is tried again."""

T = TypeVar("T")


@dataclass(slots=True)
class Change:
    """An open transaction that is the installation's only writer."""

    context: Context
    installation: Installation
    now: datetime
    answer: Any = None
    """What the caller is told, as JSON, that cannot be told from the call itself: kept for when it is sent again."""
    refusal: LicensingError | None = None
    """What the caller is told instead."""
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
        **facts: object,
    ) -> None:
        """Notes an event at the next position, to be written with the change; `facts` are what its summary names."""
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
                "facts": params_as_json(facts),
                "details": [list(detail) for detail in details],
                "vendor_id": vendor_id,
                "change_set_id": change_set_id,
                "license_id": license_id,
                "user_id": user_id,
            }
        )

    def record_of_each(
        self, users: Sequence[tuple[int, str]], action: AuditAction, *, vendor_id: int, license_id: int, **facts: Any
    ) -> None:
        """Notes an event for each user, by id and name, that differs from the others in the user alone."""
        if not users:
            return
        self.record(action, vendor_id=vendor_id, license_id=license_id, **facts)
        like = self._events.pop()
        self._events += [
            {**like, "position": like["position"] + place, "user_id": user_id, "facts": {"user": name, **like["facts"]}}
            for place, (user_id, name) in enumerate(users)
        ]

    async def write_events(self) -> None:
        """Writes the noted events, in the order noted, and says so with the commit."""
        self.installation.event_position += len(self._events)
        self.installation.version += 1
        if not self._events:
            await self.installation.save(update_fields=["version"])
            return
        position, version = self.installation.event_position, self.installation.version
        await append_events(self.installation.id, position, version, self._events)
        self._events.clear()


@asynccontextmanager
async def unit_of_work(context: Context) -> AsyncIterator[Change]:
    """Opens a transaction, waits to be the installation's only writer, and writes the events with the change.

    On an exception nothing is written. What the context had read is forgotten afterwards.

    Raises:
        AlreadyDone: The call was sent before with its key, and something was changed then.
        KeyReused: Another call was sent with its key.
    """
    call = context.idempotent_request
    try:
        async with in_transaction(PRIMARY):
            installation = await Installation.select_for_update().get(id=context.installation_id)
            change = Change(context, installation, context.now())
            if call:
                await call.check_not_done(change.now)
            yield change
            await change.write_events()
            outcome = await call.keep(change.answer, change.refusal, change.now) if call else None
            context.lift_deadline()
        if call:
            call.outcome = outcome
    finally:
        context.forget()


async def record_refusal(
    context: Context, action: AuditAction, refusal: LicensingError, *, answer: Any = None, **event: Any
) -> None:
    """Records that something was refused, after its own transaction was rolled back."""
    async with unit_of_work(context) as change:
        change.answer, change.refusal = answer, refusal
        change.record(action, **event)


async def retry_on_conflict(use_case: Callable[[], Awaitable[T]]) -> T:
    """Runs a use case, and runs it again from its beginning if another transaction stood in its way."""
    for pause in RETRY_DELAYS:
        try:
            return await use_case()
        except CONFLICTS:
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
    return await use_case()

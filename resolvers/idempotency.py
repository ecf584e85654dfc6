"""Idempotent mutations: a request that is repeated under one idempotency key changes data once.

The outcome is stored in the transaction of the change (see `unit_of_work`) or not at all, so a request that failed
midway stores nothing and its repetition is executed. Once an outcome is stored, repetitions return it and change
nothing.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from licensing.errors import LicensingError
from licensing.messages import Message
from models.idempotency import IdempotencyKey
from resolvers.context import Context
from resolvers.errors import KeyReused
from resolvers.ports import IdempotencyRecord, Outcome
from resolvers.principals import Principal
from resolvers.unit_of_work import unit_of_work

KEY_LIFETIME = timedelta(hours=24)

P = ParamSpec("P")
R = TypeVar("R")
Resolver = Callable[Concatenate[Context, P], Coroutine[Any, Any, R]]


class AlreadyExecuted(Exception):
    """Raised if the request was executed before and its outcome is stored."""


@dataclass(slots=True)
class IdempotentRequest:
    """A request with an idempotency key, and its outcome once that is known."""

    installation_id: int
    principal: str
    key: str
    fingerprint: str
    outcome: Outcome | None = None

    @classmethod
    def of(cls, principal: Principal, key: str, fingerprint: str) -> "IdempotentRequest":
        """Return the request of a principal; the same key of another principal is independent.

        Args:
            principal: The caller.
            key: The idempotency key.
            fingerprint: A hash of the request, which tells a repetition from another request with the same key.
        """
        user, token = principal.user_id, principal.token_id
        return cls(principal.installation_id, f"token {token}" if user is None else f"user {user}", key, fingerprint)

    async def look_up(self, now: datetime) -> None:
        """Load the outcome if the request was executed before.

        Raises:
            KeyReused: The key was used for a different request.
        """
        stored_key = await IdempotencyKey.get_or_none(
            installation_id=self.installation_id, principal=self.principal, key=self.key
        )
        if stored_key is None:
            return
        if stored_key.kept_at <= now - KEY_LIFETIME:
            await stored_key.delete()
        elif stored_key.fingerprint != self.fingerprint:
            raise KeyReused(
                Message("Another call was sent with this Idempotency-Key. Give each call a key of its own.")
            )
        else:
            self.outcome = Outcome(stored_key.answer, stored_key.refusal and _restore_error(**stored_key.refusal))

    async def check_not_executed(self, now: datetime) -> None:
        """Check, inside the transaction, that the request has not been executed since the first `look_up`.

        Raises:
            AlreadyDone: It has.
            KeyReused: The key was used for a different request.
        """
        await self.look_up(now)
        if self.outcome:
            raise AlreadyExecuted

    async def keep(self, result: Any, error: LicensingError | None, now: datetime) -> Outcome:
        """Store the outcome in the current transaction and return it."""
        await IdempotencyKey.create(
            installation_id=self.installation_id,
            principal=self.principal,
            key=self.key,
            fingerprint=self.fingerprint,
            answer=result,
            refusal=error and {"code": error.code.value, "message": error.message.as_json(), "path": error.path},
            kept_at=now,
        )
        return Outcome(result, error)


async def replay_nothing(outcome: Outcome, *args: object, **kwargs: object) -> None:
    """Replay a request without a result: raise its error, if any."""
    outcome.result()


async def replay_without_secret(outcome: Outcome, *args: object, **kwargs: object) -> tuple[int, str]:
    """Return the ID of the object that a repeated request created, and an empty secret: it is shown only once."""
    return outcome.result(), ""


def idempotent(replay: Callable[..., Awaitable[Any]] = replay_nothing) -> Callable[[Resolver[P, R]], Resolver[P, R]]:
    """Return a decorator that executes a resolver once per idempotency key.

    Errors are stored as well: by `record_refusal`, or else by the decorator.

    Args:
        replay: Called as `replay(outcome, context, …)` with the resolver's arguments to return the result of a
            repeated request.
    """

    def decorate(resolver: Resolver[P, R]) -> Resolver[P, R]:
        @wraps(resolver)
        async def run_once(context: Context, /, *args: P.args, **kwargs: P.kwargs) -> R:
            request = context.idempotent_request
            if request is None:
                return await resolver(context, *args, **kwargs)
            try:
                if request.outcome is None:
                    return await _store_error(resolver(context, *args, **kwargs), context, request)
            except AlreadyExecuted:
                pass  # a concurrent repetition committed first
            result: R = await replay(request.outcome, context, *args, **kwargs)
            return result

        return run_once

    return decorate


async def _store_error(running: Awaitable[R], context: Context, request: IdempotencyRecord) -> R:
    """Await a resolver, storing the error that it raises unless an outcome is stored already."""
    try:
        return await running
    except LicensingError as error:
        if request.outcome is None:
            async with unit_of_work(context) as unit:
                unit.error = error
        raise


def _restore_error(code: str, message: Any, path: list[str] | None) -> LicensingError:
    """Return the stored error, an instance of the same class with the same message."""
    [error_type] = (subclass for subclass in LicensingError.__subclasses__() if subclass.code == code)
    error = error_type.__new__(error_type)
    stored = Message.from_json(message)
    error.template = stored.template
    LicensingError.__init__(error, path, **stored.params)
    return error

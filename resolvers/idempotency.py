"""One effect for a request that is sent several times with one idempotency key, and the same result each time.

The result is stored in the transaction of the change (see `unit_of_work`) or not at all: a request that failed midway
stores nothing, so the next one runs. A request whose result is stored changes nothing.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from licensing.errors import LicensingError
from licensing.messages import Message
from models.idempotency import IdempotencyKey
from resolvers.context import Context, Principal
from resolvers.errors import KeyReused
from resolvers.unit_of_work import unit_of_work

KEY_LIFETIME = timedelta(hours=24)

P = ParamSpec("P")
R = TypeVar("R")
Resolver = Callable[Concatenate[Context, P], Coroutine[Any, Any, R]]


class AlreadyDone(Exception):
    """The call was sent before, and its outcome is kept."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call."""

    answer: Any
    """What was told that cannot be told from the call itself, as JSON."""
    refusal: LicensingError | None

    def result(self) -> Any:
        """The answer.

        Raises:
            LicensingError: The call was refused, as it is again.
        """
        if self.refusal:
            raise self.refusal
        return self.answer


@dataclass(slots=True)
class IdempotentRequest:
    """A call that is sent with a key, and its outcome once that is known."""

    installation_id: int
    principal: str
    key: str
    fingerprint: str
    outcome: Outcome | None = None

    @classmethod
    def of(cls, principal: Principal, key: str, fingerprint: str) -> "IdempotentRequest":
        """A principal's call; keys of others are other keys."""
        user, token = principal.user_id, principal.token_id
        return cls(principal.installation_id, f"token {token}" if user is None else f"user {user}", key, fingerprint)

    async def look_up(self, now: datetime) -> None:
        """Reads the outcome, if the call was sent before.

        Raises:
            KeyReused: It was another call.
        """
        kept = await IdempotencyKey.get_or_none(
            installation_id=self.installation_id, principal=self.principal, key=self.key
        )
        if kept is None:
            return
        if kept.kept_at <= now - KEY_LIFETIME:
            await kept.delete()
        elif kept.fingerprint != self.fingerprint:
            raise KeyReused(
                Message("Another call was sent with this Idempotency-Key. Give each call a key of its own.")
            )
        else:
            self.outcome = Outcome(kept.answer, kept.refusal and _refusal(**kept.refusal))

    async def check_not_done(self, now: datetime) -> None:
        """Looks replay, now that nobody else can change anything.

        Raises:
            AlreadyDone: Something was changed in the meantime.
            KeyReused: It was another call that did.
        """
        await self.look_up(now)
        if self.outcome:
            raise AlreadyDone

    async def keep(self, answer: Any, refusal: LicensingError | None, now: datetime) -> Outcome:
        """Writes the outcome, in the transaction that brings it about."""
        await IdempotencyKey.create(
            installation_id=self.installation_id,
            principal=self.principal,
            key=self.key,
            fingerprint=self.fingerprint,
            answer=answer,
            refusal=refusal
            and {"code": refusal.code.value, "message": refusal.message.as_json(), "path": refusal.path},
            kept_at=now,
        )
        return Outcome(answer, refusal)


async def tell_nothing(outcome: Outcome, *call: object, **named: object) -> None:
    """What is told of a repeated call that has no answer but its refusal."""
    outcome.result()


async def tell_without_secret(outcome: Outcome, *call: object, **named: object) -> tuple[int, str]:
    """The id of what a repeated call made, and in place of its secret nothing: that was told once."""
    return outcome.result(), ""


def idempotent(replay: Callable[..., Awaitable[Any]] = tell_nothing) -> Callable[[Resolver[P, R]], Resolver[P, R]]:
    """Has a resolver run once for calls with one key; `replay(outcome, context, …)` answers those that come later.

    Refusals are kept, too: by `record_refusal`, or else here.
    """

    def decorate(resolver: Resolver[P, R]) -> Resolver[P, R]:
        @wraps(resolver)
        async def run_once(context: Context, /, *args: P.args, **kwargs: P.kwargs) -> R:
            call = context.idempotent_request
            if call is None:
                return await resolver(context, *args, **kwargs)
            try:
                if call.outcome is None:
                    return await _keep_refusal(resolver(context, *args, **kwargs), context, call)
            except AlreadyDone:
                pass  # another one was quicker
            answer: R = await replay(call.outcome, context, *args, **kwargs)
            return answer

        return run_once

    return decorate


async def _keep_refusal(running: Awaitable[R], context: Context, call: IdempotentRequest) -> R:
    try:
        return await running
    except LicensingError as refusal:
        if call.outcome is None:
            async with unit_of_work(context) as change:
                change.refusal = refusal
        raise


def _refusal(code: str, message: Any, path: list[str] | None) -> LicensingError:
    """The refusal that was told."""
    [kind] = (one for one in LicensingError.__subclasses__() if one.code == code)
    refusal = kind.__new__(kind)
    words = Message.from_json(message)
    refusal.template = words.template
    LicensingError.__init__(refusal, path, **words.facts)
    return refusal

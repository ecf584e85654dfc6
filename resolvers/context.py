"""The request context: the caller, the services that the server provides, and a cache of what was read."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from licensing.enums import ApiScope
from licensing.messages import ENGLISH, Language, Message
from resolvers.errors import Forbidden, Unauthenticated
from resolvers.ports import EventFeed, IdempotencyRecord, LicenseServers, WebhookClientPort
from resolvers.principals import ALL_SCOPES, Actor, Principal

T = TypeVar("T")


def utc_now() -> datetime:
    """Return the current time in UTC, with microseconds."""
    return datetime.now(UTC)


@dataclass(slots=True, eq=False)
class Context:
    """The state of a request, passed to every resolver."""

    principal: Principal | None
    request_id: str
    now: Callable[[], datetime] = utc_now
    language: Language = ENGLISH
    client_ip: str | None = None
    """The address of the client, used to throttle logins."""
    license_servers: LicenseServers | None = None
    """The client of vendors' license servers; None where none are requested."""
    webhook_client: WebhookClientPort | None = None
    """The client of webhooks' URLs; None where webhooks are neither created nor tested."""
    feed: EventFeed | None = None
    """The source of new events; None where no subscription is possible."""
    deadline: asyncio.Timeout | None = None
    """The timeout of the request; None for unlimited time."""
    idempotent_request: IdempotencyRecord | None = None
    """The record of the request's idempotency key; None if it has no key."""
    session_secret: str | None = None
    """The session cookie to send: a secret after `sign_in`, empty to delete the cookie, None to leave it as it is."""
    _cache: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def caller(self) -> Principal:
        """Return the principal.

        Raises:
            Unauthenticated: The request is anonymous.
        """
        if self.principal is None:
            raise Unauthenticated(Message("Sign in, or send an API token."))
        return self.principal

    @property
    def installation_id(self) -> int:
        """Return the ID of the caller's installation, the only one that the request has access to."""
        return self.caller.installation_id

    def cached(self, make: Callable[["Context"], T]) -> T:
        """Return `make(context)`, which is called once until `clear_cache`."""
        if make not in self._cache:
            self._cache[make] = make(self)
        value: T = self._cache[make]
        return value

    async def cached_read(self, read: Callable[["Context"], Coroutine[Any, Any, T]]) -> T:
        """Return the result of `await read(context)`, which runs once until `clear_cache`.

        Concurrent callers share one task, which is not canceled with any of them.
        """
        task: asyncio.Task[T] | None = self._cache.get(read)
        if task is None:
            task = self._cache[read] = asyncio.create_task(read(self))
        return task.result() if task.done() else await asyncio.shield(task)

    def clear_cache(self) -> None:
        """Discard all cached values; called after each change, so that a payload shows the new state."""
        self._cache = {}

    def lift_deadline(self) -> None:
        """Remove the timeout; called before each commit, so that a request that times out has changed nothing."""
        if self.deadline:
            self.deadline.reschedule(None)

    def require(self, scope: ApiScope) -> None:
        """Check that the caller is granted a scope.

        Raises:
            Unauthenticated: The request is anonymous.
            Forbidden: The caller lacks the scope.
        """
        if scope not in self.caller.scopes:
            raise Forbidden(Message("This needs the scope {scope}.", scope=scope))


def system_context(
    installation_id: int, *, actor: Actor, request_id: str, now: Callable[[], datetime] = utc_now
) -> Context:
    """Return a context with all scopes in one installation, for the command line and background jobs."""
    return Context(Principal(installation_id, actor, ALL_SCOPES), request_id, now)

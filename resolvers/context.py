"""Who is calling, on behalf of which installation, and when."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from licensing.enums import ActorKind, ApiScope
from licensing.messages import ENGLISH, Language, Message
from resolvers.errors import Forbidden, Unauthenticated

if TYPE_CHECKING:
    from resolvers.audit.feed import EventFeed
    from resolvers.dataloaders import Loaders
    from resolvers.idempotency import IdempotentRequest
    from resolvers.vendors.checks import LicenseServers
    from resolvers.webhooks.webhooks import Endpoints

ALL_SCOPES = frozenset(ApiScope)
AUDITOR_SCOPES = frozenset({ApiScope.LICENSES_READ, ApiScope.USERS_READ, ApiScope.AUDIT_READ})


def utc_now() -> datetime:
    """The time now, to the microsecond."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, by kind and by the name they have at the time."""

    kind: ActorKind
    name: str


SYSTEM = Actor(ActorKind.SYSTEM, "system")
COMMAND_LINE = Actor(ActorKind.SYSTEM, "command line")


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose credentials hold, and what they may do."""

    installation_id: int
    actor: Actor
    scopes: frozenset[ApiScope]
    vendor_id: int | None = None
    """The only vendor that an API token may touch; None for all."""
    user_id: int | None = None
    session_id: int | None = None
    token_id: int | None = None
    expires_at: datetime | None = None
    """When the identity provider's token runs out, by which the caller came; None for other callers."""


@dataclass(slots=True, eq=False)
class Context:
    """What a request carries from its door to the resolvers."""

    principal: Principal | None
    request_id: str
    now: Callable[[], datetime] = utc_now
    language: Language = ENGLISH
    client_ip: str | None = None
    """Where the request comes from, for the throttling of logins."""
    license_servers: "LicenseServers | None" = None
    """How vendors are asked; None where nobody asks them."""
    webhook_client: "Endpoints | None" = None
    """How webhooks' addresses are reached; None where nobody makes or tests them."""
    feed: "EventFeed | None" = None
    """Tells of new events; None where nobody follows them."""
    deadline: asyncio.Timeout | None = None
    """Ends the request when it takes too long; None where nothing does."""
    idempotent_request: "IdempotentRequest | None" = None
    """Set where a mutation was sent with an idempotency key, and so may be sent again."""
    session_secret: str | None = None
    """Set by `sign_in` for the server to hand to the browser; empty to take it back."""
    _loaders: "Loaders | None" = field(default=None, init=False, repr=False)

    @property
    def caller(self) -> Principal:
        """The principal.

        Raises:
            Unauthenticated: There is none.
        """
        if self.principal is None:
            raise Unauthenticated(Message("Sign in, or send an API token."))
        return self.principal

    @property
    def installation_id(self) -> int:
        """The only installation that this request sees."""
        return self.caller.installation_id

    @property
    def loaders(self) -> "Loaders":
        """Batched reads of single objects, remembered until something changes."""
        if self._loaders is None:
            from resolvers.dataloaders import Loaders

            self._loaders = Loaders(self)
        return self._loaders

    def forget(self) -> None:
        """Drops what was read: called after each change, so that a payload shows the new state."""
        self._loaders = None

    def lift_deadline(self) -> None:
        """Lets the request take its time from here on: before each commit, so that one that is ended did nothing."""
        if self.deadline:
            self.deadline.reschedule(None)

    def require(self, scope: ApiScope) -> None:
        """Refuses a caller who lacks a scope.

        Raises:
            Unauthenticated: There is no caller.
            Forbidden: The caller lacks the scope.
        """
        if scope not in self.caller.scopes:
            raise Forbidden(Message("This needs the scope {scope}.", scope=scope))


def system_context(
    installation_id: int, *, actor: Actor, request_id: str, now: Callable[[], datetime] = utc_now
) -> Context:
    """The context of the command line and the checker, which may do everything in one installation."""
    return Context(Principal(installation_id, actor, ALL_SCOPES), request_id, now)

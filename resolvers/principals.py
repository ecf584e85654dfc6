"""Actors, the authenticated principals behind them, and the scopes they are granted."""

from dataclasses import dataclass
from datetime import datetime

from licensing.enums import ActorKind, ApiScope

ALL_SCOPES = frozenset(ApiScope)
AUDITOR_SCOPES = frozenset({ApiScope.LICENSES_READ, ApiScope.USERS_READ, ApiScope.AUDIT_READ})


@dataclass(frozen=True, slots=True)
class Actor:
    """The originator of a change, by kind and by name at the time of the change."""

    kind: ActorKind
    name: str


SYSTEM = Actor(ActorKind.SYSTEM, "system")
COMMAND_LINE = Actor(ActorKind.SYSTEM, "command line")


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller and the scopes it is granted."""

    installation_id: int
    actor: Actor
    scopes: frozenset[ApiScope]
    vendor_id: int | None = None
    """The only vendor that an API token has access to; None for all vendors."""
    user_id: int | None = None
    session_id: int | None = None
    token_id: int | None = None
    expires_at: datetime | None = None
    """The expiry of the identity provider's token that authenticated the caller; None for other credentials."""

    @property
    def credential(self) -> str:
        """The credential to which limits apply: an API token, or a user with all its sessions."""
        return f"token {self.token_id}" if self.token_id else f"user {self.user_id}"

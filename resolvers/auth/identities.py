"""Authentication by an identity provider: existing users take the role that its token grants."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from licensing.enums import ActorKind, UserStatus
from models.user import User, sort_key
from resolvers.operations.installations import installation_for_login
from resolvers.principals import ALL_SCOPES, AUDITOR_SCOPES, Actor, Principal

_MAY_LOG_IN: dict[str, Any] = {"status": UserStatus.ACTIVE.value, "can_log_in": True}


@dataclass(frozen=True)
class Identity:
    """The user claims of a verified token."""

    login: str
    role: Literal[ActorKind.ADMINISTRATOR, ActorKind.AUDITOR]
    expires_at: datetime


async def authenticate_identity(identity: Identity, serial_number: str | None) -> Principal | None:
    """Return the principal of an identity; None if no user of the installation has the login and may sign in."""
    installation = await installation_for_login(serial_number)
    if installation is None:
        return None
    user = await User.get_or_none(installation_id=installation.id, login_key=sort_key(identity.login), **_MAY_LOG_IN)
    if user is None or not _is_same_login(user.login, identity.login):
        return None
    return Principal(
        installation_id=installation.id,
        actor=Actor(identity.role, user.name),
        scopes=ALL_SCOPES if identity.role is ActorKind.ADMINISTRATOR else AUDITOR_SCOPES,
        user_id=user.id,
        expires_at=identity.expires_at,
    )


async def users_allowed_to_log_in(user_ids: Collection[int]) -> set[int]:
    """Return the IDs of those users who are active and may sign in."""
    users = await User.filter(id__in=list(user_ids), **_MAY_LOG_IN) if user_ids else []
    return {user.id for user in users}


def _is_same_login(stored: str, claimed: str) -> bool:
    # Case folding equates «straße» and «strasse», which may be two people at the identity provider: only A to Z may
    # differ in case.
    return stored == claimed or (stored.isascii() and claimed.isascii())

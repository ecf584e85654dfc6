"""Users whom an identity provider vouches for: they exist here, and their role is what it says."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from licensing.enums import ActorKind, UserStatus
from models.user import User, sort_key
from resolvers.context import ALL_SCOPES, AUDITOR_SCOPES, Actor, Principal
from resolvers.operations.installations import installation_of_login

_MAY_LOG_IN: dict[str, Any] = {"status": UserStatus.ACTIVE.value, "can_log_in": True}


@dataclass(frozen=True)
class Identity:
    """What a verified token says of its user."""

    login: str
    role: Literal[ActorKind.ADMINISTRATOR, ActorKind.AUDITOR]
    expires_at: datetime


async def authenticate_identity(identity: Identity, serial_number: str | None) -> Principal | None:
    """Who that is here; None if no user of the installation has this login and may log in."""
    installation = await installation_of_login(serial_number)
    if installation is None:
        return None
    user = await User.get_or_none(installation_id=installation.id, login_key=sort_key(identity.login), **_MAY_LOG_IN)
    if user is None or not _is_spelled_alike(user.login, identity.login):
        return None
    return Principal(
        installation_id=installation.id,
        actor=Actor(identity.role, user.name),
        scopes=ALL_SCOPES if identity.role is ActorKind.ADMINISTRATOR else AUDITOR_SCOPES,
        user_id=user.id,
        expires_at=identity.expires_at,
    )


async def users_that_may_log_in(user_ids: Collection[int]) -> set[int]:
    """Those of these users who are still here and may log in."""
    found = await User.filter(id__in=list(user_ids), **_MAY_LOG_IN) if user_ids else []
    return {user.id for user in found}


def _is_spelled_alike(ours: str, theirs: str) -> bool:
    # Here «straße» is «strasse», but there they may be two people: only A to Z may differ in case.
    return ours == theirs or (ours.isascii() and theirs.isascii())

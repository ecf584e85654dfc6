"""API tokens: issued, listed, revoked and authenticated."""

import re
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from licensing.enums import ActorKind, ApiScope, AuditAction
from licensing.errors import Invalid, NotFound
from licensing.messages import Message
from models.api_token import ApiToken
from models.db.select import Select
from models.vendor import Vendor
from resolvers.context import Context
from resolvers.credentials import is_valid_token
from resolvers.idempotency import idempotent, replay_without_secret
from resolvers.principals import Actor, Principal
from resolvers.unit_of_work import unit_of_work

DEFAULT_LIFETIME = timedelta(days=90)
MAX_LIFETIME = timedelta(days=366)
"""One year, including a leap year."""

_SECRET = re.compile(r"skp_([0-9]{1,18})_([A-Za-z0-9_-]{43})")


@idempotent(replay=replay_without_secret)
async def create_api_token(
    context: Context, *, name: str, scopes: Iterable[ApiScope], vendor_id: int | None, expires_at: datetime | None
) -> tuple[int, str]:
    """Issue a token and return its ID and its secret.

    Only a hash of the secret is stored, so a repeated request returns an empty secret.

    Raises:
        Invalid: The name, the scopes or the expiry is invalid.
        NotFound: The vendor does not exist.
    """
    granted = sorted(set(scopes))
    name = name.strip()
    _check_name(name)
    _check_scopes(context, granted, vendor_id)
    random_part = secrets.token_urlsafe(32)
    async with unit_of_work(context) as unit:
        expires_at = _validate_expiry(expires_at, unit.now)
        vendor = await _find_vendor(context, vendor_id)
        token = await ApiToken.create(
            installation_id=context.installation_id,
            name=name,
            secret_sha256=_fingerprint(random_part),
            scopes=granted,
            vendor_id=vendor_id,
            created_at=unit.now,
            expires_at=expires_at,
        )
        unit.record(
            AuditAction.API_TOKEN_CREATED,
            vendor_id=vendor_id,
            details=[
                ("scopes", None, " ".join(granted)),
                ("vendor", None, vendor.key if vendor else None),
                ("expiresAt", None, expires_at.isoformat()),
            ],
            token=name,
        )
        unit.result = token.id
    return token.id, f"skp_{token.id}_{random_part}"


@idempotent()
async def revoke_api_token(context: Context, api_token_id: int) -> None:
    """Revoke a token, unless it is revoked already.

    Raises:
        NotFound: The token does not exist.
    """
    async with unit_of_work(context) as unit:
        token = await ApiToken.get_or_none(id=api_token_id, installation_id=context.installation_id)
        if token is None:
            raise NotFound(["input", "apiTokenId"])
        if token.revoked_at is None:
            token.revoked_at = unit.now
            await token.save(update_fields=["revoked_at"])
            unit.record(AuditAction.API_TOKEN_REVOKED, vendor_id=token.vendor_id, token=token.name)


async def api_tokens(context: Context) -> list[ApiToken]:
    """Return the tokens that have not been revoked, newest first."""
    return await ApiToken.filter(installation_id=context.installation_id, revoked_at=None).order_by("-id")


async def load_api_tokens(context: Context, ids: Iterable[int]) -> dict[int, ApiToken]:
    """Return tokens by ID, including revoked ones."""
    tokens = await ApiToken.filter(installation_id=context.installation_id, id__in=list(ids))
    return {token.id: token for token in tokens}


async def authenticate_token(secret: str, now: datetime) -> Principal | None:
    """Return the principal of a token; None if it is unknown, expired or revoked, or its vendor was removed."""
    if not (parts := _SECRET.fullmatch(secret)):
        return None
    select, hour = Select(), now.replace(minute=0, second=0, microsecond=0)
    rows = await select.rows(
        f"SELECT {select.project(ApiToken, 'scopes', 'id', 'installation_id', 'vendor_id', 'name', 'secret_sha256')}, "
        f"last_used_at IS NULL OR last_used_at < {select.bind(hour)} FROM api_token "
        f"WHERE id = {select.bind(int(parts[1]))} AND {is_valid_token(select, now)}"
    )
    for scopes, id_, installation_id, vendor_id, name, secret_sha256, is_first_use in rows:
        if not secrets.compare_digest(secret_sha256, _fingerprint(parts[2])):
            return None
        if is_first_use:
            await ApiToken.filter(id=id_).update(last_used_at=hour)
        return Principal(
            installation_id=installation_id,
            actor=Actor(ActorKind.API_TOKEN, name),
            scopes=frozenset(map(ApiScope, scopes)),
            vendor_id=vendor_id,
            token_id=id_,
        )
    return None


async def valid_tokens(api_token_ids: Collection[int], now: datetime) -> set[int]:
    """Return the IDs of those tokens that are still valid."""
    if not api_token_ids:
        return set()
    select = Select()
    condition = f"id {select.in_(api_token_ids)} AND {is_valid_token(select, now)}"
    return {id_ for (id_,) in await select.rows(f"SELECT id FROM api_token WHERE {condition}")}


def _check_name(name: str) -> None:
    if not name:
        raise Invalid(["input", "name"], reason=Message("The token has no name. Say what it is for."))
    if len(name) > 200:
        raise Invalid(["input", "name"], reason=Message("The name is longer than 200 characters. Shorten it."))


def _check_scopes(context: Context, scopes: list[ApiScope], vendor_id: int | None) -> None:
    path = ["input", "scopes"]
    if not scopes:
        raise Invalid(path, reason=Message("The token may do nothing. Give it at least one scope."))
    if lacking := set(scopes) - context.caller.scopes:
        names = ", ".join(sorted(lacking))
        raise Invalid(path, reason=Message("You cannot give what you do not have: {names}. Leave it out.", names=names))
    if vendor_id is not None and ApiScope.TOKENS_WRITE in scopes:
        raise Invalid(
            path, reason=Message("A token for one vendor cannot issue tokens. Leave TOKENS_WRITE or the vendor out.")
        )


def _validate_expiry(expires_at: datetime | None, now: datetime) -> datetime:
    if expires_at is None:
        return now + DEFAULT_LIFETIME
    if not now < expires_at <= now + MAX_LIFETIME:
        reason = Message("A token expires in the future, a year from now at most. Choose another moment.")
        raise Invalid(["input", "expiresAt"], reason=reason)
    return expires_at


async def _find_vendor(context: Context, vendor_id: int | None) -> Vendor | None:
    if vendor_id is None:
        return None
    vendor = await Vendor.get_or_none(id=vendor_id, installation_id=context.installation_id, removed_at=None)
    if vendor is None:
        raise NotFound(["input", "vendorId"])
    return vendor


def _fingerprint(random_part: str) -> str:
    return sha256(random_part.encode()).hexdigest()

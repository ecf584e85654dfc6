"""Secrets for integrations: issued, listed, revoked, and led back to whose they are."""

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
from resolvers.context import Actor, Context, Principal
from resolvers.idempotency import idempotent, tell_without_secret
from resolvers.unit_of_work import unit_of_work

DEFAULT_LIFETIME = timedelta(days=90)
MAX_LIFETIME = timedelta(days=366)
"""A year, whichever it is."""

_SECRET = re.compile(r"skp_([0-9]{1,18})_([A-Za-z0-9_-]{43})")


@idempotent(replay=tell_without_secret)
async def create_api_token(
    context: Context, *, name: str, scopes: Iterable[ApiScope], vendor_id: int | None, expires_at: datetime | None
) -> tuple[int, str]:
    """Issues a token and returns its id and its secret, which is not kept: empty if the call is a repeated one.

    Raises:
        Invalid: The name, the scopes or the expiry will not do.
        NotFound: There is no such vendor.
    """
    wanted = sorted(set(scopes))
    name = name.strip()
    _check_name(name)
    _check_scopes(context, wanted, vendor_id)
    random_part = secrets.token_urlsafe(32)
    async with unit_of_work(context) as change:
        expires_at = _checked_expiry(expires_at, change.now)
        vendor = await _find_vendor(context, vendor_id)
        token = await ApiToken.create(
            installation_id=context.installation_id,
            name=name,
            secret_sha256=_fingerprint(random_part),
            scopes=wanted,
            vendor_id=vendor_id,
            created_at=change.now,
            expires_at=expires_at,
        )
        change.record(
            AuditAction.API_TOKEN_CREATED,
            vendor_id=vendor_id,
            details=[
                ("scopes", None, " ".join(wanted)),
                ("vendor", None, vendor.key if vendor else None),
                ("expiresAt", None, expires_at.isoformat()),
            ],
            token=name,
        )
        change.answer = token.id
    return token.id, f"skp_{token.id}_{random_part}"


@idempotent()
async def revoke_api_token(context: Context, api_token_id: int) -> None:
    """Stops a token from working; one that was revoked before stays so.

    Raises:
        NotFound: There is no such token.
    """
    async with unit_of_work(context) as change:
        token = await ApiToken.get_or_none(id=api_token_id, installation_id=context.installation_id)
        if token is None:
            raise NotFound(["input", "apiTokenId"])
        if token.revoked_at is None:
            token.revoked_at = change.now
            await token.save(update_fields=["revoked_at"])
            change.record(AuditAction.API_TOKEN_REVOKED, vendor_id=token.vendor_id, token=token.name)


async def api_tokens(context: Context) -> list[ApiToken]:
    """Tokens that have not been revoked, newest first."""
    return await ApiToken.filter(installation_id=context.installation_id, revoked_at=None).order_by("-id")


async def load_api_tokens(context: Context, ids: Iterable[int]) -> dict[int, ApiToken]:
    """Tokens by id, revoked ones included."""
    found = await ApiToken.filter(installation_id=context.installation_id, id__in=list(ids))
    return {token.id: token for token in found}


async def authenticate_token(secret: str, now: datetime) -> Principal | None:
    """Whose token this is; None if it is unknown, expired, revoked, or its vendor was removed."""
    if not (parts := _SECRET.fullmatch(secret)):
        return None
    select, hour = Select(), now.replace(minute=0, second=0, microsecond=0)
    found = await select.rows(
        f"SELECT {select.project(ApiToken, 'scopes', 'id', 'installation_id', 'vendor_id', 'name', 'secret_sha256')}, "
        f"last_used_at IS NULL OR last_used_at < {select.bind(hour)} FROM api_token "
        f"WHERE id = {select.bind(int(parts[1]))} AND {_holds(select, now)}"
    )
    for scopes, id_, installation_id, vendor_id, name, secret_sha256, is_first_use in found:
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


async def tokens_that_hold(api_token_ids: Collection[int], now: datetime) -> set[int]:
    """Those of these API tokens that may go on."""
    if not api_token_ids:
        return set()
    select = Select()
    wanted = f"id {select.in_(api_token_ids)} AND {_holds(select, now)}"
    return {id_ for (id_,) in await select.rows(f"SELECT id FROM api_token WHERE {wanted}")}


def _holds(select: Select, now: datetime) -> str:
    """The condition that a token has neither been revoked nor run out, and that its vendor is there."""
    return (
        f"revoked_at IS NULL AND expires_at > {select.bind(now)} "
        "AND (vendor_id IS NULL OR vendor_id IN (SELECT id FROM vendor WHERE removed_at IS NULL))"
    )


def _check_name(name: str) -> None:
    if not name:
        raise Invalid(["input", "name"], reason=Message("The token has no name. Say what it is for."))
    if len(name) > 200:
        raise Invalid(["input", "name"], reason=Message("The name is longer than 200 characters. Shorten it."))


def _check_scopes(context: Context, wanted: list[ApiScope], vendor_id: int | None) -> None:
    path = ["input", "scopes"]
    if not wanted:
        raise Invalid(path, reason=Message("The token may do nothing. Give it at least one scope."))
    if lacking := set(wanted) - context.caller.scopes:
        names = ", ".join(sorted(lacking))
        raise Invalid(path, reason=Message("You cannot give what you do not have: {names}. Leave it out.", names=names))
    if vendor_id is not None and ApiScope.TOKENS_WRITE in wanted:
        raise Invalid(
            path, reason=Message("A token for one vendor cannot issue tokens. Leave TOKENS_WRITE or the vendor out.")
        )


def _checked_expiry(expires_at: datetime | None, now: datetime) -> datetime:
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

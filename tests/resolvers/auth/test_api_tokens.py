from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from licensing.enums import ActorKind, ApiScope
from licensing.errors import Invalid, NotFound
from models.api_token import ApiToken
from models.audit_event import AuditEvent
from models.vendor import Vendor
from resolvers.auth.api_tokens import api_tokens, authenticate_token, create_api_token, revoke_api_token
from resolvers.principals import COMMAND_LINE, Actor, Principal

READ, WRITE, TOKENS = ApiScope.LICENSES_READ, ApiScope.LICENSES_WRITE, ApiScope.TOKENS_WRITE
NOW = datetime(2026, 3, 2, 12, 34, 56, tzinfo=UTC)


@pytest.fixture
def context(context):
    context.now = lambda: NOW
    return context


@pytest.fixture
def issue(context):
    """A function that issues a token, by default with one scope."""

    async def create(**arguments):
        return await create_api_token(
            context, **{"name": "Export", "scopes": [READ], "vendor_id": None, "expires_at": None, **arguments}
        )

    return create


async def test_token_authenticates_with_its_scopes(issue, installation):
    token_id, secret = await issue(scopes=[WRITE, READ, READ])

    assert await authenticate_token(secret, NOW) == Principal(
        installation_id=installation,
        actor=Actor(ActorKind.API_TOKEN, "Export"),
        scopes=frozenset({READ, WRITE}),
        token_id=token_id,
    )


async def test_only_a_hash_of_the_token_secret_is_stored(issue):
    token_id, secret = await issue()

    prefix, number, random_part = secret.split("_", 2)
    assert (prefix, number, len(random_part)) == ("skp", str(token_id), 43)
    token = await ApiToken.get()
    assert token.secret_sha256 == sha256(random_part.encode()).hexdigest()


async def test_issuing_records_scopes_vendor_and_expiry(issue, make_vendor, context):
    vendor = await make_vendor("nordsync", name="NordSync AS")

    await issue(scopes=[READ, WRITE], vendor_id=vendor.id)

    event = await AuditEvent.get()
    assert (event.action, event.actor_name, event.vendor_id) == ("API_TOKEN_CREATED", "Inga Solheim", vendor.id)
    assert event.facts == {"token": "Export"}
    assert event.details == [
        ["scopes", None, "LICENSES_READ LICENSES_WRITE"],
        ["vendor", None, "nordsync"],
        ["expiresAt", None, "2026-05-31T12:34:56+00:00"],
    ]


async def test_token_expires_after_90_days_by_default(issue):
    _, secret = await issue()

    assert await authenticate_token(secret, NOW + timedelta(days=90, seconds=-1))
    assert await authenticate_token(secret, NOW + timedelta(days=90)) is None


async def test_token_may_be_valid_for_a_year(issue):
    _, secret = await issue(expires_at=NOW + timedelta(days=365))

    assert await authenticate_token(secret, NOW + timedelta(days=364))


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({"name": " "}, ["input", "name"]),
        ({"name": "x" * 201}, ["input", "name"]),
        ({"scopes": []}, ["input", "scopes"]),
        ({"expires_at": NOW}, ["input", "expiresAt"]),
        ({"expires_at": NOW + timedelta(days=367)}, ["input", "expiresAt"]),
    ],
)
async def test_invalid_token_input_is_rejected(issue, arguments, path):
    with pytest.raises(Invalid) as refusal:
        await issue(**arguments)

    assert refusal.value.path == path
    assert await ApiToken.all().count() == 0
    assert await AuditEvent.all().count() == 0


async def test_issuer_cannot_grant_missing_scopes(issue, context):
    context.principal = replace(context.caller, scopes=frozenset({READ, TOKENS}))

    await issue(scopes=[READ])
    with pytest.raises(Invalid, match="LICENSES_WRITE"):
        await issue(scopes=[READ, WRITE])


async def test_vendor_token_cannot_issue_tokens(issue, make_vendor):
    vendor = await make_vendor("nordsync")

    with pytest.raises(Invalid):
        await issue(scopes=[READ, TOKENS], vendor_id=vendor.id)


async def test_vendor_token_is_bound_to_its_vendor(issue, make_vendor):
    vendor = await make_vendor("nordsync")

    _, secret = await issue(vendor_id=vendor.id)

    principal = await authenticate_token(secret, NOW)
    assert principal and principal.vendor_id == vendor.id


async def test_token_requires_a_vendor_of_the_installation(issue, other_installation, make_vendor):
    other_vendor = await Vendor.get(installation_id=await other_installation())
    removed = await make_vendor("nordsync")
    await Vendor.filter(id=removed.id).update(removed_at=NOW)

    for vendor_id in (0, other_vendor.id, removed.id):
        with pytest.raises(NotFound):
            await issue(vendor_id=vendor_id)


async def test_token_of_a_removed_vendor_is_invalid(issue, make_vendor):
    vendor = await make_vendor("nordsync")
    _, secret = await issue(vendor_id=vendor.id)

    await Vendor.filter(id=vendor.id).update(removed_at=NOW)

    assert await authenticate_token(secret, NOW) is None


async def test_revoked_token_is_invalid(issue, context):
    token_id, secret = await issue()

    await revoke_api_token(context, token_id)
    await revoke_api_token(context, token_id)

    assert await authenticate_token(secret, NOW) is None
    assert (await ApiToken.get()).revoked_at == NOW
    events = await AuditEvent.all().order_by("position")
    assert [event.action for event in events] == ["API_TOKEN_CREATED", "API_TOKEN_REVOKED"]


async def test_token_of_another_installation_cannot_be_revoked(issue, context, other_installation):
    token_id, secret = await issue()
    context.principal = Principal(await other_installation(), COMMAND_LINE, context.caller.scopes)

    with pytest.raises(NotFound):
        await revoke_api_token(context, token_id)

    assert await authenticate_token(secret, NOW)


async def test_tokens_are_listed_newest_first(issue, context, other_installation):
    first, _ = await issue(name="First")
    second, _ = await issue(name="Second")
    third, _ = await issue(name="Third")
    await revoke_api_token(context, second)

    assert [token.id for token in await api_tokens(context)] == [third, first]
    context.principal = Principal(await other_installation(), COMMAND_LINE, context.caller.scopes)
    assert await api_tokens(context) == []


async def test_last_use_of_a_token_is_stored_hourly(issue):
    _, secret = await issue()

    await authenticate_token(secret, NOW)
    assert (await ApiToken.get()).last_used_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    await authenticate_token(secret, NOW + timedelta(hours=1))
    assert (await ApiToken.get()).last_used_at == datetime(2026, 3, 2, 13, tzinfo=UTC)


async def test_altered_token_secret_is_invalid(issue):
    _, secret = await issue()
    other_id, _ = await issue()

    altered = [
        "",
        secret[:-1],
        secret + "x",
        secret + "\n",
        secret.upper(),
        secret[:-1] + ("x" if secret[-1] != "x" else "y"),
        f"skp_{other_id}_{secret.split('_', 2)[2]}",
        f"skp_0_{secret.split('_', 2)[2]}",
        f"skp_{'9' * 18}_{secret.split('_', 2)[2]}",
        f"skp_{'9' * 40}_{secret.split('_', 2)[2]}",
        f"skp_١_{secret.split('_', 2)[2]}",
    ]
    assert [await authenticate_token(text, NOW) for text in altered] == [None] * len(altered)

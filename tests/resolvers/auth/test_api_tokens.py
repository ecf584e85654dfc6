from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from licensing.enums import ActorKind, ApiScope
from licensing.errors import Invalid, NotFound
from models.api_token import ApiToken
from models.audit_event import AuditEvent
from models.vendor import Vendor
from resolvers.auth.api_tokens import api_tokens, authenticate_token, create_api_token, revoke_api_token
from resolvers.context import Actor, Principal

READ, WRITE, TOKENS = ApiScope.LICENSES_READ, ApiScope.LICENSES_WRITE, ApiScope.TOKENS_WRITE
NOW = datetime(2026, 3, 2, 12, 34, 56, tzinfo=UTC)


@pytest.fixture
def context(context):
    context.now = lambda: NOW
    return context


@pytest.fixture
def issue(context):
    """Issues a token with one scope, unless told otherwise."""

    async def create(**facts):
        return await create_api_token(
            context, **{"name": "Export", "scopes": [READ], "vendor_id": None, "expires_at": None, **facts}
        )

    return create


async def test_a_token_is_issued_and_leads_back_to_what_it_may_do(issue, installation):
    token_id, secret = await issue(scopes=[WRITE, READ, READ])

    assert await authenticate_token(secret, NOW) == Principal(
        installation_id=installation,
        actor=Actor(ActorKind.API_TOKEN, "Export"),
        scopes=frozenset({READ, WRITE}),
        token_id=token_id,
    )


async def test_a_secret_is_shown_once_and_only_its_hash_is_kept(issue):
    token_id, secret = await issue()

    prefix, number, random_part = secret.split("_", 2)
    assert (prefix, number, len(random_part)) == ("skp", str(token_id), 43)
    token = await ApiToken.get()
    assert token.secret_sha256 == sha256(random_part.encode()).hexdigest()


async def test_issuing_is_recorded_with_what_the_token_may_do(issue, make_vendor, context):
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


async def test_a_token_lives_for_ninety_days_unless_told_otherwise(issue):
    _, secret = await issue()

    assert await authenticate_token(secret, NOW + timedelta(days=90, seconds=-1))
    assert await authenticate_token(secret, NOW + timedelta(days=90)) is None


async def test_a_token_may_live_for_a_year(issue):
    _, secret = await issue(expires_at=NOW + timedelta(days=365))

    assert await authenticate_token(secret, NOW + timedelta(days=364))


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ({"name": " "}, ["input", "name"]),
        ({"name": "x" * 201}, ["input", "name"]),
        ({"scopes": []}, ["input", "scopes"]),
        ({"expires_at": NOW}, ["input", "expiresAt"]),
        ({"expires_at": NOW + timedelta(days=367)}, ["input", "expiresAt"]),
    ],
)
async def test_what_will_not_do_is_refused(issue, facts, path):
    with pytest.raises(Invalid) as refusal:
        await issue(**facts)

    assert refusal.value.path == path
    assert await ApiToken.all().count() == 0
    assert await AuditEvent.all().count() == 0


async def test_nobody_gives_a_scope_that_they_lack(issue, context):
    context.principal = Principal(context.installation_id, context.caller.actor, frozenset({READ, TOKENS}))

    await issue(scopes=[READ])
    with pytest.raises(Invalid, match="LICENSES_WRITE"):
        await issue(scopes=[READ, WRITE])


async def test_a_token_for_one_vendor_cannot_issue_tokens(issue, make_vendor):
    vendor = await make_vendor("nordsync")

    with pytest.raises(Invalid):
        await issue(scopes=[READ, TOKENS], vendor_id=vendor.id)


async def test_a_token_for_one_vendor_is_bound_to_it(issue, make_vendor):
    vendor = await make_vendor("nordsync")

    _, secret = await issue(vendor_id=vendor.id)

    principal = await authenticate_token(secret, NOW)
    assert principal and principal.vendor_id == vendor.id


async def test_a_token_is_for_a_vendor_of_the_own_installation(issue, other_installation, make_vendor):
    theirs = await Vendor.get(installation_id=await other_installation())
    removed = await make_vendor("nordsync")
    await Vendor.filter(id=removed.id).update(removed_at=NOW)

    for vendor_id in (0, theirs.id, removed.id):
        with pytest.raises(NotFound):
            await issue(vendor_id=vendor_id)


async def test_a_token_of_a_removed_vendor_does_not_work(issue, make_vendor):
    vendor = await make_vendor("nordsync")
    _, secret = await issue(vendor_id=vendor.id)

    await Vendor.filter(id=vendor.id).update(removed_at=NOW)

    assert await authenticate_token(secret, NOW) is None


async def test_a_revoked_token_does_not_work_and_revoking_is_recorded_once(issue, context):
    token_id, secret = await issue()

    await revoke_api_token(context, token_id)
    await revoke_api_token(context, token_id)

    assert await authenticate_token(secret, NOW) is None
    assert (await ApiToken.get()).revoked_at == NOW
    events = await AuditEvent.all().order_by("position")
    assert [event.action for event in events] == ["API_TOKEN_CREATED", "API_TOKEN_REVOKED"]


async def test_another_installations_token_cannot_be_revoked(issue, context, other_installation):
    token_id, secret = await issue()
    context.principal = Principal(await other_installation(), context.caller.actor, context.caller.scopes)

    with pytest.raises(NotFound):
        await revoke_api_token(context, token_id)

    assert await authenticate_token(secret, NOW)


async def test_tokens_are_listed_newest_first_without_those_revoked(issue, context, other_installation):
    first, _ = await issue(name="First")
    second, _ = await issue(name="Second")
    third, _ = await issue(name="Third")
    await revoke_api_token(context, second)

    assert [token.id for token in await api_tokens(context)] == [third, first]
    context.principal = Principal(await other_installation(), context.caller.actor, context.caller.scopes)
    assert await api_tokens(context) == []


async def test_its_last_use_is_noted_to_the_hour(issue):
    _, secret = await issue()

    await authenticate_token(secret, NOW)
    assert (await ApiToken.get()).last_used_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    await authenticate_token(secret, NOW + timedelta(hours=1))
    assert (await ApiToken.get()).last_used_at == datetime(2026, 3, 2, 13, tzinfo=UTC)


async def test_a_secret_with_anything_changed_does_not_work(issue):
    _, secret = await issue()
    other_id, _ = await issue()

    wrong = [
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
    assert [await authenticate_token(text, NOW) for text in wrong] == [None] * len(wrong)

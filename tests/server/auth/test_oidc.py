"""Tokens of an OpenID Connect identity provider."""

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import OctKey
from starlette.exceptions import HTTPException

from licensing.enums import ActorKind, UserStatus
from models.user import User
from resolvers.auth.identities import Identity, authenticate_identity
from resolvers.principals import AUDITOR_SCOPES
from server.auth.oidc import KEY_REFRESH_INTERVAL, IdentityProvider
from server.settings import Settings
from tests.support.identity_provider import AUDIENCE, AUDITOR, ec_key, rsa_key, running_provider

RSA, EC = rsa_key("rsa"), ec_key("ec")


def now():
    return datetime.now(UTC)


class Clock:
    """A clock that tests advance by hand."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def provider():
    async with running_provider(RSA) as provider:
        yield provider


@pytest.fixture
def settings(provider):
    return Settings(oidc_issuer=provider.issuer, oidc_audience=AUDIENCE)


@pytest.fixture
async def idp(settings, clock):
    """Yield the client of the provider."""
    client = IdentityProvider(settings, clock=clock)
    yield client
    await client.aclose()


@pytest.fixture
async def app(app):
    """Yield the application, and close its provider afterwards, since these tests do not run the lifespan."""
    yield app
    await app.state.identity_provider.aclose()


async def rejection_status(idp, token):
    """Return the status with which a token is rejected while the provider is unreachable."""
    with pytest.raises(HTTPException) as rejected:
        await idp.identify(token, now())
    return rejected.value.status_code


def unsigned(token, **header):
    """Return an unsigned token with the claims of another and a given header."""
    head = urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


async def test_token_identifies_login_role_and_expiry(idp, provider):
    until = int(now().timestamp()) + 60

    assert await idp.identify(provider.token(exp=until), now()) == Identity(
        "inga", ActorKind.ADMINISTRATOR, datetime.fromtimestamp(until + 30, UTC)
    )


@pytest.mark.parametrize("roles", [AUDITOR, [AUDITOR], ["other", AUDITOR]])
async def test_auditor_role(idp, provider, roles):
    assert (await idp.identify(provider.token(roles=roles), now())).role is ActorKind.AUDITOR


@pytest.mark.parametrize("audience", [AUDIENCE, [AUDIENCE], ["other", AUDIENCE]])
async def test_audience_may_be_a_list(idp, provider, audience):
    assert await idp.identify(provider.token(aud=audience), now())


async def test_elliptic_curve_key_is_accepted(idp, provider):
    provider.rotate(EC)

    assert await idp.identify(provider.token(), now())


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "application/at+jwt", None])
async def test_id_and_access_tokens_are_accepted(idp, provider, typ):
    assert await idp.identify(provider.token(header={"typ": typ}), now())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.example.com"},
        {"iss": None},
        {"iss": []},
        {"aud": "another"},
        {"aud": AUDIENCE.upper()},
        {"aud": f"{AUDIENCE}2"},
        {"aud": None},
        {"aud": []},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": 0},
        {"roles": None},
        {"roles": []},
        {"roles": ["administrator"]},
        {"roles": 7},
        {"roles": [["seatkeeper-administrator"]]},
        {"preferred_username": None},
        {"preferred_username": 7},
        {"preferred_username": ["inga"]},
    ],
    ids=str,
)
async def test_invalid_claims_are_rejected(idp, provider, claims):
    assert await idp.identify(provider.token(), now())
    assert await idp.identify(provider.token(**claims), now()) is None


async def test_issuer_is_compared_exactly(idp, provider):
    assert await idp.identify(provider.token(iss=f"{provider.issuer}/"), now()) is None


@pytest.mark.parametrize(("seconds", "is_valid"), [(-25, True), (-35, False)])
async def test_expired_token_is_rejected(idp, provider, seconds, is_valid):
    token = provider.token(exp=int(now().timestamp()) + seconds)

    assert bool(await idp.identify(token, now())) is is_valid


@pytest.mark.parametrize(("seconds", "is_valid"), [(25, True), (60, False)])
@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_premature_token_is_rejected(idp, provider, claim, seconds, is_valid):
    token = provider.token(**{claim: int(now().timestamp()) + seconds})

    assert bool(await idp.identify(token, now())) is is_valid


@pytest.mark.parametrize("exp", [10**20, 1e300, 253_402_300_799])
async def test_distant_expiry_is_capped(idp, provider, exp):
    assert (await idp.identify(provider.token(exp=exp), now())).expires_at.year == 9999


async def test_unsigned_token_is_rejected(idp, provider):
    for header in ({"alg": "none", "kid": "rsa"}, {"alg": "RS256", "kid": "rsa"}, {"kid": "rsa"}):
        assert await idp.identify(unsigned(provider.token(), **header), now()) is None


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS512"])
async def test_other_algorithms_are_rejected(idp, provider, algorithm):
    assert await idp.identify(provider.token(header={"alg": "PS256"}), now())
    assert await idp.identify(provider.token(header={"alg": algorithm}), now()) is None


async def test_public_key_is_not_an_hmac_secret(idp, provider):
    """Algorithm confusion: the header names HMAC, and the secret is the public key."""
    for secret in (RSA.as_pem(private=False), json.dumps(RSA.as_dict(private=False)).encode()):
        signed = unsigned(provider.token(), alg="HS256", kid="rsa").rstrip(".")
        code = urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).decode().rstrip("=")
        assert await idp.identify(f"{signed}.{code}", now()) is None


async def test_symmetric_key_is_skipped(idp, provider):
    secret = OctKey.generate_key(256, {"kid": "shared"})
    provider.published.append(secret.as_dict(private=True))

    assert await idp.identify(provider.token(header={"alg": "HS256", "kid": "shared"}, key=secret), now()) is None
    assert await idp.identify(provider.token(), now())


async def test_foreign_key_with_the_same_id_is_rejected(idp, provider):
    assert await idp.identify(provider.token(key=rsa_key("rsa")), now()) is None


async def test_encryption_key_is_rejected(idp, provider):
    provider.published[0]["use"] = "enc"

    assert await idp.identify(provider.token(), now()) is None


@pytest.mark.parametrize("header", [{"typ": "logout+jwt"}, {"crit": ["b64"], "b64": True}, {"kid": None}], ids=str)
async def test_other_token_types_are_rejected(idp, provider, header):
    assert await idp.identify(provider.token(), now())
    assert await idp.identify(provider.token(header=header), now()) is None


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "skp", "é.é.é", "e30.e30.e30", "[" * 5000 + ".e30.", "x" * 60_000]
)
async def test_malformed_token_is_rejected(idp, token):
    assert await idp.identify(token, now()) is None


async def test_malformed_keys_are_skipped(idp, provider):
    provider.published += [{}, [], 7, {"kty": "RSA", "kid": "bad"}, {"kty": "ML-DSA", "kid": "new"}]

    assert await idp.identify(provider.token(), now())


async def test_keys_are_cached_for_ten_minutes(idp, provider, clock):
    for _ in range(3):
        await asyncio.gather(*(idp.identify(provider.token(), now()) for _ in range(5)))
        clock.seconds += 199

    assert provider.key_requests == 1
    clock.seconds += 10
    assert await idp.identify(provider.token(), now())
    assert provider.key_requests == 2


async def test_rotated_key_is_fetched(idp, provider, clock):
    old = provider.token()
    assert await idp.identify(old, now())
    provider.rotate(rsa_key("next"))
    clock.seconds += KEY_REFRESH_INTERVAL

    assert await idp.identify(provider.token(), now())
    assert await idp.identify(old, now()) is None


async def test_unknown_key_ids_do_not_cause_repeated_fetches(idp, provider, clock):
    assert await idp.identify(provider.token(), now())
    unknown = [provider.token(header={"kid": f"unknown-{number}"}) for number in range(20)]

    assert await asyncio.gather(*(idp.identify(token, now()) for token in unknown)) == [None] * 20
    assert provider.key_requests == 1
    clock.seconds += KEY_REFRESH_INTERVAL
    await asyncio.gather(*(idp.identify(token, now()) for token in unknown))
    assert provider.key_requests == 2


async def test_unreachable_provider_fails_after_the_cache_expires(idp, provider, clock):
    token = provider.token()
    assert await idp.identify(token, now())
    provider.is_unavailable = True
    clock.seconds += 599

    assert await idp.identify(token, now())
    clock.seconds += 1
    assert await rejection_status(idp, token) == 503

    provider.is_unavailable = False
    assert await rejection_status(idp, token) == 503, "within the refresh interval"
    clock.seconds += KEY_REFRESH_INTERVAL
    assert await idp.identify(token, now())


@pytest.mark.parametrize("member", ["issuer", "jwks_uri"])
async def test_metadata_of_another_issuer_is_rejected(idp, provider, member):
    # The provider listens at this address as well, but it is not a loopback address, so http is insecure.
    provider.metadata[member] = provider.metadata[member].replace("127.0.0.1", "0.0.0.0")

    assert await rejection_status(idp, provider.token()) == 503


async def test_unverified_email_is_rejected(provider, clock):
    idp = IdentityProvider(
        Settings(oidc_issuer=provider.issuer, oidc_audience=AUDIENCE, oidc_login_claim="email"), clock=clock
    )
    verified = provider.token(email="inga@example.com", email_verified=True)

    assert (await idp.identify(verified, now())).login == "inga@example.com"
    for claims in ({}, {"email_verified": False}, {"email_verified": "false"}):
        assert await idp.identify(provider.token(email="inga@example.com", **claims), now()) is None
    await idp.aclose()


def identity(login="inga", role=ActorKind.ADMINISTRATOR):
    return Identity(login, role, now() + timedelta(minutes=5))


async def test_auditor_needs_no_administrator_mark(installation, make_user):
    kari = await make_user("Kari", login="kari")

    principal = await authenticate_identity(identity("kari", ActorKind.AUDITOR), None)

    assert (principal.user_id, principal.scopes) == (kari.id, AUDITOR_SCOPES)
    assert principal.actor.kind is ActorKind.AUDITOR


@pytest.mark.parametrize(
    ("login", "claimed_login", "is_same"),
    [("inga", "Inga", True), ("strasse", "straße", False), ("kari", "\u212aari", False)],
)
async def test_login_is_matched_without_confusables(installation, make_user, login, claimed_login, is_same):
    await make_user("Somebody", login=login)

    assert bool(await authenticate_identity(identity(claimed_login), None)) is is_same


async def test_several_installations_require_the_setting(administrator, other_installation):
    await other_installation("2000000006")

    assert await authenticate_identity(identity(), None) is None
    assert (await authenticate_identity(identity(), "1204417838")).user_id == administrator.id
    assert await authenticate_identity(identity(), "2000000006") is None


async def query_caller(post, token):
    return await post("{ caller }", headers={"Authorization": f"Bearer {token}"})


async def test_request_is_authenticated_as_the_user(administrator, provider, post):
    assert (await query_caller(post, provider.token())).json()["data"] == {"caller": "Inga Solheim"}


async def test_invalid_token_is_never_anonymous(administrator, provider, post):
    response = await query_caller(post, provider.token(aud="another"))

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


@pytest.mark.parametrize(
    "attributes",
    [
        {"login_key": "another"},
        {"status": UserStatus.WAITING_FOR_APPROVAL.value},
        {"status": UserStatus.RETIRED.value, "is_administrator": False},
        {"can_log_in": False},
    ],
    ids=str,
)
async def test_unknown_or_inactive_user_is_rejected(administrator, provider, post, attributes):
    await User.filter(id=administrator.id).update(**attributes)

    assert (await query_caller(post, provider.token())).status_code == 401


async def test_unreachable_provider_returns_503(administrator, provider, post):
    provider.is_unavailable = True

    response = await query_caller(post, provider.token())

    assert (response.status_code, response.headers["retry-after"]) == (503, "10")
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}

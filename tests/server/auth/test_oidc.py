"""Tokens of an identity provider: which are believed, and what they let their user do."""

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
from resolvers.context import AUDITOR_SCOPES
from server.auth.oidc import KEY_REFRESH_INTERVAL, IdentityProvider
from server.settings import Settings
from tests.support.identity_provider import AUDIENCE, AUDITOR, ec_key, rsa_key, running_provider

RSA, EC = rsa_key("rsa"), ec_key("ec")


def now():
    return datetime.now(UTC)


class Clock:
    """Seconds that pass when a test says so."""

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
    """Our side of the provider."""
    ours = IdentityProvider(settings, clock=clock)
    yield ours
    await ours.aclose()


@pytest.fixture
async def app(app):
    """The application, whose provider is put away afterwards: these tests do not run its lifespan."""
    yield app
    await app.state.identity_provider.aclose()


async def refused(idp, token):
    """The status of the refusal of a token that cannot be judged."""
    with pytest.raises(HTTPException) as refusal:
        await idp.identify(token, now())
    return refusal.value.status_code


def unsigned(token, **header):
    """The token's claims under another header, without a signature."""
    head = urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


async def test_a_token_says_who_they_are_which_role_and_until_when(idp, provider):
    until = int(now().timestamp()) + 60

    assert await idp.identify(provider.token(exp=until), now()) == Identity(
        "inga", ActorKind.ADMINISTRATOR, datetime.fromtimestamp(until + 30, UTC)
    )


@pytest.mark.parametrize("roles", [AUDITOR, [AUDITOR], ["other", AUDITOR]])
async def test_an_auditor_is_one_by_role(idp, provider, roles):
    assert (await idp.identify(provider.token(roles=roles), now())).role is ActorKind.AUDITOR


@pytest.mark.parametrize("audience", [AUDIENCE, [AUDIENCE], ["other", AUDIENCE]])
async def test_it_is_for_us_among_others(idp, provider, audience):
    assert await idp.identify(provider.token(aud=audience), now())


async def test_an_elliptic_key_signs_too(idp, provider):
    provider.rotate(EC)

    assert await idp.identify(provider.token(), now())


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "application/at+jwt", None])
async def test_identity_and_access_tokens_stand_for_a_user(idp, provider, typ):
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
async def test_what_it_states_must_be_right(idp, provider, claims):
    assert await idp.identify(provider.token(), now())
    assert await idp.identify(provider.token(**claims), now()) is None


async def test_an_issuer_is_exact(idp, provider):
    assert await idp.identify(provider.token(iss=f"{provider.issuer}/"), now()) is None


@pytest.mark.parametrize(("seconds", "holds"), [(-25, True), (-35, False)])
async def test_it_runs_out(idp, provider, seconds, holds):
    token = provider.token(exp=int(now().timestamp()) + seconds)

    assert bool(await idp.identify(token, now())) is holds


@pytest.mark.parametrize(("seconds", "holds"), [(25, True), (60, False)])
@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_it_does_not_hold_before_its_time(idp, provider, claim, seconds, holds):
    token = provider.token(**{claim: int(now().timestamp()) + seconds})

    assert bool(await idp.identify(token, now())) is holds


@pytest.mark.parametrize("exp", [10**20, 1e300, 253_402_300_799])
async def test_it_may_last_for_ever(idp, provider, exp):
    assert (await idp.identify(provider.token(exp=exp), now())).expires_at.year == 9999


async def test_without_a_signature_it_is_nothing(idp, provider):
    for header in ({"alg": "none", "kid": "rsa"}, {"alg": "RS256", "kid": "rsa"}, {"kid": "rsa"}):
        assert await idp.identify(unsigned(provider.token(), **header), now()) is None


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS512"])
async def test_the_algorithms_are_fixed_also_for_the_right_key(idp, provider, algorithm):
    assert await idp.identify(provider.token(header={"alg": "PS256"}), now())
    assert await idp.identify(provider.token(header={"alg": algorithm}), now()) is None


async def test_a_public_key_is_no_shared_secret(idp, provider):
    """An old attack: the header says HMAC, and the key is what everybody knows."""
    for secret in (RSA.as_pem(private=False), json.dumps(RSA.as_dict(private=False)).encode()):
        signed = unsigned(provider.token(), alg="HS256", kid="rsa").rstrip(".")
        code = urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).decode().rstrip("=")
        assert await idp.identify(f"{signed}.{code}", now()) is None


async def test_a_shared_secret_among_the_keys_is_passed_over(idp, provider):
    secret = OctKey.generate_key(256, {"kid": "shared"})
    provider.published.append(secret.as_dict(private=True))

    assert await idp.identify(provider.token(header={"alg": "HS256", "kid": "shared"}, key=secret), now()) is None
    assert await idp.identify(provider.token(), now())


async def test_somebody_elses_key_of_the_same_name_is_not_the_providers(idp, provider):
    assert await idp.identify(provider.token(key=rsa_key("rsa")), now()) is None


async def test_a_key_for_encryption_verifies_nothing(idp, provider):
    provider.published[0]["use"] = "enc"

    assert await idp.identify(provider.token(), now()) is None


@pytest.mark.parametrize("header", [{"typ": "logout+jwt"}, {"crit": ["b64"], "b64": True}, {"kid": None}], ids=str)
async def test_another_kind_of_token_stands_for_nobody(idp, provider, header):
    assert await idp.identify(provider.token(), now())
    assert await idp.identify(provider.token(header=header), now()) is None


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "skp", "é.é.é", "e30.e30.e30", "[" * 5000 + ".e30.", "x" * 60_000]
)
async def test_what_is_no_token_is_nothing(idp, token):
    assert await idp.identify(token, now()) is None


async def test_keys_that_are_none_are_passed_over(idp, provider):
    provider.published += [{}, [], 7, {"kty": "RSA", "kid": "bad"}, {"kty": "ML-DSA", "kid": "new"}]

    assert await idp.identify(provider.token(), now())


async def test_the_keys_are_asked_for_once_in_ten_minutes(idp, provider, clock):
    for _ in range(3):
        await asyncio.gather(*(idp.identify(provider.token(), now()) for _ in range(5)))
        clock.seconds += 199

    assert provider.asked_for_keys == 1
    clock.seconds += 10
    assert await idp.identify(provider.token(), now())
    assert provider.asked_for_keys == 2


async def test_keys_that_were_changed_are_found(idp, provider, clock):
    old = provider.token()
    assert await idp.identify(old, now())
    provider.rotate(rsa_key("next"))
    clock.seconds += KEY_REFRESH_INTERVAL

    assert await idp.identify(provider.token(), now())
    assert await idp.identify(old, now()) is None


async def test_an_unknown_keys_name_does_not_make_us_ask_again_and_again(idp, provider, clock):
    assert await idp.identify(provider.token(), now())
    stray = [provider.token(header={"kid": f"stray-{number}"}) for number in range(20)]

    assert await asyncio.gather(*(idp.identify(token, now()) for token in stray)) == [None] * 20
    assert provider.asked_for_keys == 1
    clock.seconds += KEY_REFRESH_INTERVAL
    await asyncio.gather(*(idp.identify(token, now()) for token in stray))
    assert provider.asked_for_keys == 2


async def test_a_provider_that_is_away_is_missed_after_ten_minutes(idp, provider, clock):
    token = provider.token()
    assert await idp.identify(token, now())
    provider.is_away = True
    clock.seconds += 599

    assert await idp.identify(token, now())
    clock.seconds += 1
    assert await refused(idp, token) == 503

    provider.is_away = False
    assert await refused(idp, token) == 503, "not asked again so soon"
    clock.seconds += KEY_REFRESH_INTERVAL
    assert await idp.identify(token, now())


@pytest.mark.parametrize("member", ["issuer", "jwks_uri"])
async def test_a_provider_that_describes_another_is_not_believed(idp, provider, member):
    # It answers at this address too, but on another machine anybody on the way could change what it says.
    provider.about[member] = provider.about[member].replace("127.0.0.1", "0.0.0.0")

    assert await refused(idp, provider.token()) == 503


async def test_an_address_is_a_login_only_if_it_was_verified(provider, clock):
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


async def test_a_user_who_is_no_administrator_is_what_the_provider_says(installation, make_user):
    kari = await make_user("Kari", login="kari")

    principal = await authenticate_identity(identity("kari", ActorKind.AUDITOR), None)

    assert (principal.user_id, principal.scopes) == (kari.id, AUDITOR_SCOPES)
    assert principal.actor.kind is ActorKind.AUDITOR


@pytest.mark.parametrize(
    ("ours", "theirs", "is_same"), [("inga", "Inga", True), ("strasse", "straße", False), ("kari", "\u212aari", False)]
)
async def test_a_login_is_theirs_and_not_one_that_looks_like_it(installation, make_user, ours, theirs, is_same):
    await make_user("Somebody", login=ours)

    assert bool(await authenticate_identity(identity(theirs), None)) is is_same


async def test_with_several_installations_one_must_be_set(administrator, other_installation):
    await other_installation("2000000006")

    assert await authenticate_identity(identity(), None) is None
    assert (await authenticate_identity(identity(), "1204417838")).user_id == administrator.id
    assert await authenticate_identity(identity(), "2000000006") is None


async def who(post, token):
    return await post("{ who }", headers={"Authorization": f"Bearer {token}"})


async def test_a_request_is_its_users(administrator, provider, post):
    assert (await who(post, provider.token())).json()["data"] == {"who": "Inga Solheim"}


async def test_a_request_with_a_bad_token_is_refused_and_never_nobodys(administrator, provider, post):
    answer = await who(post, provider.token(aud="another"))

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


@pytest.mark.parametrize(
    "facts",
    [
        {"login_key": "another"},
        {"status": UserStatus.WAITING_FOR_APPROVAL.value},
        {"status": UserStatus.RETIRED.value, "is_administrator": False},
        {"can_log_in": False},
    ],
    ids=str,
)
async def test_who_is_not_here_or_may_not_log_in_is_refused(administrator, provider, post, facts):
    await User.filter(id=administrator.id).update(**facts)

    assert (await who(post, provider.token())).status_code == 401


async def test_a_request_that_cannot_be_judged_is_to_come_again(administrator, provider, post):
    provider.is_away = True

    answer = await who(post, provider.token())

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}

"""Mutations are idempotent under an `Idempotency-Key`: a repeated request has one effect."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from models.api_token import ApiToken
from models.audit_event import AuditEvent
from models.idempotency import IdempotencyKey
from models.installation import Installation
from models.vendor import TrustedKey
from resolvers.context import utc_now
from resolvers.idempotency import KEY_LIFETIME
from tests.support.api_client import Client, codes
from tests.support.demo_server import RunningServer
from tests.support.idempotent_requests import CONCURRENCY, send, send_concurrently, send_file
from tests.support.operations import ACTIVATE, ASSIGN, CREATE_TOKEN, IMPORT, PENDING, REVOKE
from tests.support.scheduler import run_scheduler
from tests.support.seats import find_holders


async def count_events() -> int:
    """Return the number of audit events."""
    return await AuditEvent.all().count()


async def test_concurrent_revocations_have_one_effect(inga: Client) -> None:
    license, users = await find_holders(inga, "superoffice.visible-for")
    before = await count_events()

    different = await send_concurrently(
        lambda: send(inga, "key", REVOKE, input={"licenseId": license, "userIds": users})
    )

    [answer] = different
    assert [one["outcome"] for one in answer["data"]["revokeUserLicenses"]["results"]] == ["REVOKED"] * len(users)
    assert await count_events() - before == len(users)


async def test_concurrent_activations_have_one_effect(inga: Client) -> None:
    [change_set] = await inga.run(PENDING)
    license, users = await find_holders(inga)
    blocked = {"licenseId": license, "userIds": users[:3]}
    before = await count_events()

    input = {"changeSetId": change_set["id"], "revocations": [blocked]}
    different = await send_concurrently(lambda: send(inga, "key", ACTIVATE, input=input))

    [answer] = different
    assert answer["data"]["activateLicenses"]["changeSet"]["status"] == "ACTIVATED"
    assert await count_events() - before == 3 + 1


@pytest.mark.parametrize("form", ["text", "upload"])
async def test_concurrent_imports_have_one_effect(inga: Client, server: RunningServer, form: str) -> None:
    content = server.demo.files["growth.lic"]
    before = await count_events()

    def call() -> Awaitable[dict[str, Any]]:
        if form == "text":
            return send(inga, "key", IMPORT, input={"file": {"text": content}})
        return send_file(inga, "key", content.encode())

    [answer] = await send_concurrently(call)

    assert answer["data"]["importLicenseFile"]["changeSet"]["status"] == "ACTIVATED"
    actions = await AuditEvent.all().order_by("position").offset(before).values_list("action", flat=True)
    assert actions == ["CHANGE_SET_SUPERSEDED", "CHANGE_SET_RECEIVED", "LICENSES_ACTIVATED"]


async def test_concurrent_token_requests_return_one_secret(inga: Client) -> None:
    input = {"name": "Sync", "scopes": ["LICENSES_READ"]}

    answers = await asyncio.gather(*(send(inga, "key", CREATE_TOKEN, input=input) for _ in range(CONCURRENCY)))

    payloads = [answer["data"]["createApiToken"] for answer in answers]
    assert len({payload["apiToken"]["id"] for payload in payloads}) == 1
    assert sorted(payload["secret"] is not None for payload in payloads) == [False] * (CONCURRENCY - 1) + [True]
    assert await ApiToken.all().count() == 1


async def test_replayed_revocation_revokes_nothing(inga: Client) -> None:
    license, [user, *_] = await find_holders(inga)
    revoke = {"licenseId": license, "userIds": [user]}
    operation = REVOKE.replace("userErrors", "query { users { totalCount } auditEvents { totalCount } } userErrors")
    first = (await send(inga, "key", operation, input=revoke))["data"]["revokeUserLicenses"]
    await inga.run(ASSIGN, input=revoke)

    again = (await send(inga, "key", operation, input=revoke))["data"]["revokeUserLicenses"]

    assert again["results"][0]["outcome"] == first["results"][0]["outcome"] == "REVOKED"
    assert again["query"]["auditEvents"]["totalCount"] == first["query"]["auditEvents"]["totalCount"] + 1
    assert user in (await find_holders(inga))[1]


async def test_replay_returns_the_original_user_errors(inga: Client) -> None:
    [change_set] = await inga.run(PENDING)
    activate = {"changeSetId": change_set["id"]}
    first = (await send(inga, "key", ACTIVATE, input=activate))["data"]["activateLicenses"]
    license, users = await find_holders(inga)
    await inga.run(REVOKE, input={"licenseId": license, "userIds": users[:3]})
    before = await count_events()

    again = (await send(inga, "key", ACTIVATE, input=activate))["data"]["activateLicenses"]
    anew = (await send(inga, "another key", ACTIVATE, input=activate))["data"]["activateLicenses"]

    assert codes(first) == ["SURPLUS_SEATS"]
    assert again["userErrors"] == first["userErrors"]
    assert again["changeSet"]["canActivate"] is True
    assert codes(anew) == []
    assert await count_events() - before == 1


async def test_concurrent_refusals_record_one_event(inga: Client) -> None:
    [change_set] = await inga.run(PENDING)
    before = await count_events()

    [answer] = await send_concurrently(lambda: send(inga, "key", ACTIVATE, input={"changeSetId": change_set["id"]}))

    assert codes(answer["data"]["activateLicenses"]) == ["SURPLUS_SEATS"]
    assert await count_events() - before == 1


async def test_replay_returns_the_document_of_a_refused_file(inga: Client, server: RunningServer) -> None:
    file = {"file": {"text": server.demo.files["renewal.lic"]}}
    await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}})
    first = (await send(inga, "key", IMPORT, input=file))["data"]["importLicenseFile"]
    await TrustedKey.all().update(distrusted_at=utc_now())

    again = (await send(inga, "key", IMPORT, input=file))["data"]["importLicenseFile"]

    assert codes(first) == ["FILE_OUTDATED"]
    assert first["document"]["sequence"] == 2
    assert again == first


async def test_preview_stores_no_idempotency_key(inga: Client, server: RunningServer) -> None:
    preview = {"file": {"text": server.demo.files["growth.lic"]}, "mode": "PREVIEW"}

    answers = [await send(inga, "key", IMPORT, input=preview) for _ in range(2)]

    assert answers[0]["data"]["importLicenseFile"]["changeSet"]["status"] == "AWAITING_ACTIVATION"
    assert answers[1] == answers[0]
    assert await IdempotencyKey.all().count() == 0


async def test_reused_key_is_rejected(inga: Client, server: RunningServer) -> None:
    license, [user, other, *_] = await find_holders(inga)
    await send(inga, "key", REVOKE, input={"licenseId": license, "userIds": [user]})
    await send_file(inga, "file", server.demo.files["growth.lic"].encode())
    before = await count_events()

    answers = [
        await send(inga, "key", REVOKE, input={"licenseId": license, "userIds": [other]}),
        await send(inga, "key", f"{REVOKE} ", input={"licenseId": license, "userIds": [user]}),
        await send(inga, "key", ASSIGN, input={"licenseId": license, "userIds": [user]}),
        await send_file(inga, "file", server.demo.files["renewal.lic"].encode()),
    ]

    assert [answer["errors"][0]["extensions"]["code"] for answer in answers] == ["IDEMPOTENCY_KEY_REUSED"] * 4
    assert ["data" in answer for answer in answers] == [False] * 4
    assert await count_events() == before


async def test_operation_name_is_part_of_the_request(inga: Client) -> None:
    license, [user, *_] = await find_holders(inga)
    document = REVOKE + REVOKE.replace("mutation Revoke", "mutation Other")
    call = {"query": document, "variables": {"input": {"licenseId": license, "userIds": [user]}}}
    headers = {"Idempotency-Key": "key", "Accept": "application/graphql-response+json"}

    statuses = [
        (await inga.http.post("/graphql", json={**call, "operationName": name}, headers=headers)).status_code
        for name in ("Revoke", "Other", "Revoke")
    ]

    assert statuses == [200, 422, 200]


async def test_keys_are_scoped_to_the_principal(
    inga: Client, another_browser: Callable[..., Awaitable[Client]]
) -> None:
    created = await inga.run(CREATE_TOKEN, input={"name": "Sync", "scopes": ["USERS_WRITE", "USERS_READ"]})
    program, elsewhere = await another_browser(token=created["secret"]), await another_browser()
    await elsewhere.sign_in()
    license, [user, *_] = await find_holders(inga)
    revoke = {"licenseId": license, "userIds": [user]}

    answers = [await send(client, "key", REVOKE, input=revoke) for client in (inga, program, elsewhere)]

    outcomes = [answer["data"]["revokeUserLicenses"]["results"][0]["outcome"] for answer in answers]
    assert outcomes == ["REVOKED", "NOT_ASSIGNED", "REVOKED"]  # the last one is Inga in another browser
    await program.http.aclose()
    await elsewhere.http.aclose()


async def test_key_expires_after_a_day(inga: Client) -> None:
    license, [user, *_] = await find_holders(inga)
    revoke = {"licenseId": license, "userIds": [user]}
    await send(inga, "key", REVOKE, input=revoke)
    await IdempotencyKey.all().update(kept_at=utc_now() - KEY_LIFETIME + timedelta(minutes=1))
    within = await send(inga, "key", REVOKE, input=revoke)
    await IdempotencyKey.all().update(kept_at=utc_now() - KEY_LIFETIME)

    after = await send(inga, "key", REVOKE, input=revoke)
    again = await send(inga, "key", REVOKE, input=revoke)

    answers = [one["data"]["revokeUserLicenses"]["results"][0]["outcome"] for one in (within, after, again)]
    assert answers == ["REVOKED", "NOT_ASSIGNED", "NOT_ASSIGNED"]
    assert await IdempotencyKey.all().count() == 1


async def test_scheduler_purges_expired_keys(inga: Client) -> None:
    await send(inga, "key", CREATE_TOKEN, input={"name": "Sync", "scopes": ["USERS_READ"]})
    await IdempotencyKey.all().update(kept_at=utc_now() - KEY_LIFETIME)

    await run_scheduler()

    assert await IdempotencyKey.all().count() == 0


async def test_failed_request_is_run_again(inga: Client) -> None:
    license, [user, *_] = await find_holders(inga)
    revoke = {"licenseId": license, "userIds": [user]}
    position = (await Installation.get()).event_position
    await Installation.all().update(event_position=0)  # taken positions: recording an event fails
    failed = await send(inga, "key", REVOKE, input=revoke)
    await Installation.all().update(event_position=position)

    again = await send(inga, "key", REVOKE, input=revoke)

    assert failed["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert again["data"]["revokeUserLicenses"]["results"][0]["outcome"] == "REVOKED"
    assert await count_events() == position + 1


ONE_FIELD = "document can contain one mutation field"


@pytest.mark.parametrize(
    ("key", "document", "message"),
    [
        ("", "mutation { NAMED }", "1 to 255 characters"),
        ("k" * 256, "mutation { NAMED }", "1 to 255 characters"),
        ("nøkkel", "mutation { NAMED }", "1 to 255 characters"),
        ("key", "mutation { NAMED other: NAMED }", ONE_FIELD),
        ("key", "mutation { NAMED ...on Mutation { other: NAMED } }", ONE_FIELD),
        ("key", "mutation { NAMED ...More } fragment More on Mutation { other: NAMED }", ONE_FIELD),
        ("key", "mutation { NAMED signOut { userErrors { code } } }", ONE_FIELD),
    ],
)
async def test_invalid_idempotent_requests_are_rejected(inga: Client, key: str, document: str, message: str) -> None:
    create = 'createApiToken(input: {name: "Sync", scopes: [USERS_READ]}) { userErrors { code } }'
    headers = {b"Idempotency-Key": key.encode(), b"Accept": b"application/graphql-response+json"}

    response = await inga.http.post("/graphql", json={"query": document.replace("NAMED", create)}, headers=headers)

    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in error["message"]
    assert await ApiToken.all().count() == 0


async def test_queries_and_sign_in_ignore_the_key(inga: Client) -> None:
    await send(inga, "key", CREATE_TOKEN, input={"name": "Sync", "scopes": ["USERS_READ"]})

    assert "data" in await send(inga, "key", PENDING)
    assert "data" in await send(inga, "k" * 256, "{ viewer { scopes } installation { id } }")
    credentials = 'signIn(input: {login: "inga", password: "wrong"}) { userErrors { code } }'
    refused = [await send(inga, "key", f"mutation {{ {credentials} }}") for _ in range(2)]
    left = [await send(inga, "key", "mutation { signOut { userErrors { code } } }") for _ in range(2)]

    assert [codes(one["data"]["signIn"]) for one in refused] == [["CREDENTIALS_INVALID"]] * 2
    assert [one["data"]["signOut"] for one in left] == [{"userErrors": []}] * 2
    assert await AuditEvent.filter(action="SIGN_IN_REFUSED").count() == 2
    assert await IdempotencyKey.all().count() == 1


async def test_anonymous_requests_have_no_keys(browser: Client) -> None:
    answers = [await send(browser, "key", CREATE_TOKEN, input={"name": "A", "scopes": ["USERS_READ"]}) for _ in "ab"]

    assert [one["errors"][0]["extensions"]["code"] for one in answers] == ["UNAUTHENTICATED"] * 2

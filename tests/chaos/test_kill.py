"""SIGKILL under load: acknowledged changes are kept, and no transaction is applied in part."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2

from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.idempotency import IdempotencyKey
from resolvers.context import system_context
from resolvers.operations.doctor import examine
from resolvers.principals import COMMAND_LINE
from schema.relay.node import global_id
from server.demo.installation import Demo
from tests.chaos.databases import connected, create_holders
from tests.support.api_client import Client
from tests.support.idempotent_requests import send
from tests.support.operations import REVOKE
from tests.support.processes import process

HOLDERS, PART = 2000, 50
CONCURRENCY = 10
"""Concurrent requests; further ones are still waiting when the server is killed."""


async def test_sigkill_during_revocations_loses_nothing(copied_demo: tuple[str, Demo], tmp_path: Path) -> None:
    database_url, _ = copied_demo
    license_id, user_ids = await create_holders(database_url, HOLDERS)
    license, users = global_id("License")(license_id), [global_id("User")(id_) for id_ in user_ids]
    acknowledged: set[int] = set()

    async with process(database_url, tmp_path) as (url, running):
        client = Client(url)
        await client.sign_in()
        under_way = asyncio.Semaphore(CONCURRENCY)

        async def revoke(start: int) -> None:
            try:
                async with under_way:
                    input = {"licenseId": license, "userIds": users[start : start + PART]}
                    payload = await client.run(REVOKE, input=input)
            except (httpx2.TransportError, ValueError):
                return
            assert {one["outcome"] for one in payload["results"]} == {"REVOKED"}
            acknowledged.update(user_ids[start : start + PART])
            if len(acknowledged) >= HOLDERS // 4:
                with suppress(ProcessLookupError):
                    os.kill(running.pid, signal.SIGKILL)

        await asyncio.gather(*(revoke(start) for start in range(0, HOLDERS, PART)))
        await running.wait()
        await client.http.aclose()

    assert HOLDERS // 4 <= len(acknowledged) < HOLDERS
    async with process(database_url, tmp_path):
        pass  # the server starts without manual recovery
    async with connected(database_url) as installation_id:
        context = system_context(installation_id, actor=COMMAND_LINE, request_id="afterwards")
        assert await examine(context) == []
        still_held = {one.user_id for one in await Assignment.filter(license_id=license_id)}
        assert not acknowledged & still_held
        lost = set(user_ids) - still_held
        assert len(lost) % PART == 0
        revoked = AuditEvent.filter(license_id=license_id, action="USER_LICENSE_REVOKED")
        assert await revoked.count() == len(lost)


async def test_request_repeated_after_sigkill_has_one_effect(copied_demo: tuple[str, Demo], tmp_path: Path) -> None:
    database_url, _ = copied_demo
    license_id, user_ids = await create_holders(database_url, HOLDERS)
    license, users = global_id("License")(license_id), [global_id("User")(id_) for id_ in user_ids]
    parts = range(0, HOLDERS, PART)

    async def revoke(client: Client, start: int) -> list[dict[str, Any]]:
        input = {"licenseId": license, "userIds": users[start : start + PART]}
        answer = await send(client, f"part {start}", REVOKE, input=input)
        results: list[dict[str, Any]] = answer["data"]["revokeUserLicenses"]["results"]
        return results

    acknowledged: dict[int, list[dict[str, Any]]] = {}
    async with process(database_url, tmp_path) as (url, running):
        client = Client(url)
        await client.sign_in()
        under_way = asyncio.Semaphore(CONCURRENCY)

        async def revoke_or_kill(start: int) -> None:
            with suppress(httpx2.TransportError, ValueError):
                async with under_way:
                    acknowledged[start] = await revoke(client, start)
            if len(acknowledged) == len(parts) // 4:
                with suppress(ProcessLookupError):
                    os.kill(running.pid, signal.SIGKILL)

        await asyncio.gather(*map(revoke_or_kill, parts))
        await running.wait()
        await client.http.aclose()
    async with process(database_url, tmp_path) as (url, _):
        client = Client(url)
        await client.sign_in()
        again = {start: await revoke(client, start) for start in parts}
        await client.http.aclose()

    assert len(parts) // 4 <= len(acknowledged) < len(parts)
    assert {start: again[start] for start in acknowledged} == acknowledged
    assert {one["outcome"] for results in again.values() for one in results} == {"REVOKED"}
    async with connected(database_url) as installation_id:
        context = system_context(installation_id, actor=COMMAND_LINE, request_id="afterwards")
        assert await examine(context) == []
        assert await AuditEvent.filter(license_id=license_id, action="USER_LICENSE_REVOKED").count() == HOLDERS
        assert await IdempotencyKey.all().count() == len(parts)

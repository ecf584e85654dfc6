"""Concurrent clients that assign, revoke, import and activate, and the consistency checks afterwards."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import httpx2

from licensing.documents.document import sign
from licensing.documents.keys import SigningKey
from licensing.enums import ApiScope
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.installation import Installation
from models.license import License
from models.user import User
from resolvers.auth.api_tokens import create_api_token
from resolvers.context import Context, system_context, utc_now
from resolvers.operations.doctor import examine
from resolvers.principals import COMMAND_LINE
from schema.relay.node import global_id
from server.demo import documents

CLIENTS = 8
CALL_TIMEOUT = 45.0
"""Seconds within which every call succeeds in the end, whatever fault is injected."""
RETRYABLE_CODES = frozenset({"UNAVAILABLE", "TIMEOUT", "RATE_LIMITED"})
"""Codes of errors that leave the data unchanged."""

ASSIGN = "mutation ($input: AssignUserLicensesInput!) { assignUserLicenses(input: $input) { userErrors { code } } }"
REVOKE = """mutation ($input: RevokeUserLicensesInput!) {
  revokeUserLicenses(input: $input) { results { userId outcome } userErrors { code } }
}"""
IMPORT = """mutation ($input: ImportLicenseFileInput!) {
  importLicenseFile(input: $input) { changeSet { id } userErrors { code } }
}"""
ACTIVATE = """mutation ($input: ActivateLicensesInput!) {
  activateLicenses(input: $input) { changeSet { id status } userErrors { code } }
}"""
PENDING = """{
  pendingChanges(vendor: "nordsync") {
    id surplusRequirements { license { id } suggestions { assignment { user { id } } } }
  }
}"""

EVENTS = {
    ASSIGN: "USER_LICENSE_ASSIGNED",
    REVOKE: "USER_LICENSE_REVOKED",
    IMPORT: "CHANGE_SET_RECEIVED",
    ACTIVATE: "LICENSES_ACTIVATED",
}
"""The action that each mutation records when it succeeds."""


@dataclass
class Call:
    """A mutation that is repeated under one idempotency key until it is answered."""

    operation: str
    input: dict[str, Any]
    key: str = field(default_factory=lambda: uuid4().hex)
    request_ids: list[str] = field(default_factory=list)
    payload: dict[str, Any] | None = None


@dataclass
class WorkloadTarget:
    """The licenses and users that the workload changes, an API token, and the vendor's signing key."""

    token: str
    license_ids: list[int]
    user_ids: list[int]
    key: SigningKey


class Workload:
    """Concurrent clients that send mutations until they are stopped."""

    def __init__(self, url: str, target: WorkloadTarget, seed: int, *, pause: float = 0.0) -> None:
        """Prepare clients that pause for a number of seconds between two calls."""
        self.url, self.target, self.seed, self.pause = url, target, seed, pause
        self.calls: list[Call] = []
        self.failures: list[str] = []
        """Error codes and exception names of failed attempts."""
        self._sequences = count(2)
        self._stopping = False
        self._answered = asyncio.Condition()

    async def run(self) -> None:
        """Send mutations until `stop` is called, and return when every call has been answered."""
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(self._client(random.Random(f"{self.seed}-{number}")))

    def stop(self) -> None:
        """Start no further calls."""
        self._stopping = True

    async def wait_for_answers(self, number: int) -> None:
        """Wait until a number of further calls have been answered."""
        await self._wait_for(lambda: self._count(), number)

    async def wait_for_failures(self, number: int) -> None:
        """Wait until a number of further attempts have failed."""
        await self._wait_for(lambda: len(self.failures), number)

    async def _wait_for(self, counted: Callable[[], int], number: int) -> None:
        goal = counted() + number
        async with asyncio.timeout(CALL_TIMEOUT), self._answered:
            await self._answered.wait_for(lambda: counted() >= goal)

    def _count(self) -> int:
        return sum(call.payload is not None for call in self.calls)

    async def _client(self, chance: random.Random) -> None:
        headers = {"Authorization": f"Bearer {self.target.token}"}
        async with httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=12) as http:
            while not self._stopping:
                call = await self._next_call(http, chance)
                self.calls.append(call)
                async with asyncio.timeout(CALL_TIMEOUT):
                    call.payload = await self._send(http, call)
                async with self._answered:
                    self._answered.notify_all()
                await asyncio.sleep(self.pause)

    async def _next_call(self, http: httpx2.AsyncClient, chance: random.Random) -> Call:
        license_id = global_id("License")(chance.choice(self.target.license_ids))
        users = [global_id("User")(id_) for id_ in chance.sample(self.target.user_ids, chance.randint(1, 8))]
        match chance.choices(["assign", "revoke", "import", "activate"], [40, 40, 10, 10])[0]:
            case "assign":
                return Call(ASSIGN, {"licenseId": license_id, "userIds": users})
            case "revoke":
                return Call(REVOKE, {"licenseId": license_id, "userIds": users})
            case "activate" if (activation := await self._activation(http)) is not None:
                return Call(ACTIVATE, activation)
            case _:
                text = self._document(next(self._sequences), chance.randint(5, 25))
                return Call(IMPORT, {"file": {"text": text}, "mode": "REVIEW"})

    def _document(self, sequence: int, total: int) -> str:
        now = utc_now()
        claims = documents.nordsync_document(now, now)
        seats, *others = claims["licenses"]
        later = {"seq": sequence, "jti": f"nordsync-{sequence}", "licenses": [{**seats, "total": total}, *others]}
        return sign(claims | later, self.target.key)

    async def _activation(self, http: httpx2.AsyncClient) -> dict[str, Any] | None:
        """Return an input that activates the open change set with the suggested revocations; None without one."""
        answer = await self._post(http, {"query": PENDING}, {})
        if answer is None or not answer["data"]["pendingChanges"]:
            return None
        [pending] = answer["data"]["pendingChanges"]
        revocations = [
            {
                "licenseId": surplus["license"]["id"],
                "userIds": [one["assignment"]["user"]["id"] for one in surplus["suggestions"]],
            }
            for surplus in pending["surplusRequirements"]
        ]
        return {"changeSetId": pending["id"], "revocations": revocations}

    async def _send(self, http: httpx2.AsyncClient, call: Call) -> dict[str, Any]:
        body = {"query": call.operation, "variables": {"input": call.input}}
        while True:
            call.request_ids.append(uuid4().hex)
            headers = {"Idempotency-Key": call.key, "X-Request-Id": call.request_ids[-1]}
            answer = await self._post(http, body, headers)
            if answer is not None:
                [payload] = answer["data"].values()
                found: dict[str, Any] = payload
                return found
            await asyncio.sleep(0.05)

    async def _post(
        self, http: httpx2.AsyncClient, body: dict[str, Any], headers: dict[str, str]
    ) -> dict[str, Any] | None:
        """Return the response; None if there is none or if it has a retryable error."""
        try:
            answer: dict[str, Any] = (await http.post("/graphql", json=body, headers=headers)).json()
        except (httpx2.TransportError, json.JSONDecodeError) as error:
            await self._record_failure(type(error).__name__)
            return None
        if "errors" not in answer:
            return answer
        code = answer["errors"][0]["extensions"]["code"]
        assert code in RETRYABLE_CODES, answer["errors"]
        await self._record_failure(code)
        return None

    async def _record_failure(self, failure: str) -> None:
        async with self._answered:
            self.failures.append(failure)
            self._answered.notify_all()


Assignments = set[tuple[int, int]]
"""Pairs of a license's and a user's ID."""


async def read_assignments() -> Assignments:
    """Return the current assignments."""
    return {(one.license_id, one.user_id) for one in await Assignment.all()}


async def find_violations(workload: Workload, before: Assignments, position: int) -> list[str]:
    """Return all inconsistencies after a workload; `before` and `position` are from before it."""
    installation = await Installation.get()
    events = await AuditEvent.filter(position__gt=position).order_by("position")
    context = system_context(installation.id, actor=COMMAND_LINE, request_id="afterwards")
    found = [finding.message for finding in await examine(context)]
    found += [f"{one.key}: {one.in_use} of {one.total} seats in use" for one in await _oversubscribed()]
    if [one.position for one in events] != list(range(position + 1, installation.event_position + 1)):
        found.append("positions of events have gaps or repeat")
    found += _check_assignments(before, events, await read_assignments())
    by_request: dict[str, list[AuditEvent]] = {}
    for event in events:
        by_request.setdefault(event.request_id, []).append(event)
    for call in workload.calls:
        found += _check_call(call, [event for id_ in call.request_ids for event in by_request.get(id_, ())], events)
    return found


async def _oversubscribed() -> list[License]:
    return [one for one in await License.all() if one.total is not None and one.in_use > one.total]


def _check_assignments(before: Assignments, events: list[AuditEvent], after: Assignments) -> list[str]:
    found, holders = [], set(before)
    for event in events:
        pair = event.license_id or 0, event.user_id or 0
        if event.action == "USER_LICENSE_ASSIGNED":
            found += [f"{pair} was assigned twice"] if pair in holders else []
            holders.add(pair)
        elif event.action == "USER_LICENSE_REVOKED":
            found += [] if pair in holders else [f"{pair} was revoked twice"]
            holders.discard(pair)
    return found + [f"{pair} differs from the events" for pair in holders ^ after]


def _check_call(call: Call, of_requests: list[AuditEvent], events: list[AuditEvent]) -> list[str]:
    """Check that an acknowledged call recorded its events once, and a rejected one none."""
    assert call.payload is not None
    own = [one for one in of_requests if one.action == EVENTS[call.operation]]
    if refused := [error["code"] for error in call.payload["userErrors"]]:
        return [f"refused with {refused}, and {len(own)} events: {call}"] if own else []
    users = [global_id("User")(one.user_id) for one in own if one.user_id is not None]
    if call.operation == REVOKE:
        revoked = [one["userId"] for one in call.payload["results"] if one["outcome"] == "REVOKED"]
        return [] if sorted(users) == sorted(revoked) else [f"{len(users)} events of {len(revoked)} changes: {call}"]
    if call.operation == ASSIGN:
        return [] if set(users) <= set(call.input["userIds"]) else [f"events of others: {call}"]
    changed = call.payload["changeSet"]["id"]
    found = [
        one
        for one in events
        if one.action == EVENTS[call.operation]
        and one.change_set_id is not None
        and global_id("LicenseChangeSet")(one.change_set_id) == changed
    ]
    return [] if len(found) == 1 else [f"{len(found)} events: {call}"]


async def prepare_target(key: SigningKey, context: Context) -> WorkloadTarget:
    """Return two licenses, one with few seats and one unlimited, all active employees, and a new API token."""
    licenses = await License.filter(key__in=["nordsync.connector-cal", "superoffice.visible-for"]).order_by("key")
    users = await User.filter(kind="EMPLOYEE", status="ACTIVE").order_by("id")
    given: dict[str, Any] = {"vendor_id": None, "expires_at": None}
    _, token = await create_api_token(context, name="Workload", scopes=[*ApiScope], **given)
    return WorkloadTarget(token, [one.id for one in licenses], [one.id for one in users], key)

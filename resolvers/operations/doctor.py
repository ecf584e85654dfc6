"""Looks for what should never be: what the database cannot forbid, or what came about behind its back."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count

from licensing.documents import keys
from licensing.documents.document import has_valid_signature
from licensing.documents.formats import open_file
from licensing.enums import AuditAction, UserStatus
from licensing.errors import LicensingError
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.change_set import ReceivedDocument
from models.installation import Installation
from models.license import License
from models.user import User, user_keys
from models.vendor import TrustedKey, Vendor
from resolvers.context import Context
from resolvers.unit_of_work import unit_of_work

USERS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be, and what to do about it."""

    code: str
    message: str


Check = Callable[[Context], AsyncIterator[Finding]]


async def examine(context: Context) -> list[Finding]:
    """Everything that is wrong with an installation; empty if it is well. Nothing is changed."""
    return [finding for check in CHECKS async for finding in check(context)]


async def repair_seats(context: Context) -> list[str]:
    """Sets each count of seats in use to the number of assignments, and returns the names of the licenses mended.

    Where that is more than the total, or the license has no seats, the count is left: assignments must go first.
    """
    mended = []
    async with unit_of_work(context) as change:
        for license, held in await _miscounted(context):
            if not _can_count(license, held):
                continue
            await License.filter(id=license.id).update(in_use=held)
            change.record(
                AuditAction.SEATS_REPAIRED,
                vendor_id=license.vendor_id,
                license_id=license.id,
                details=[("inUse", str(license.in_use), str(held))],
                license=license.name,
            )
            mended.append(license.name)
    return mended


async def _miscounted(context: Context) -> list[tuple[License, int]]:
    rows = (
        await Assignment.filter(installation_id=context.installation_id)
        .group_by("license_id")
        .annotate(held=Count("id"))
        .values_list("license_id", "held")
    )
    held: Counter[int] = Counter({license_id: count for license_id, count in rows})
    licenses = await License.filter(installation_id=context.installation_id).order_by("key")
    return [(license, held[license.id]) for license in licenses if license.in_use != held[license.id]]


def _can_count(license: License, held: int) -> bool:
    seated = license.in_force and not license.is_hidden and license.scope == "USER"
    return held == 0 or (seated and (license.total is None or held <= license.total))


async def _seats(context: Context) -> AsyncIterator[Finding]:
    for license, held in await _miscounted(context):
        counted = f"{license.key} counts {license.in_use} seats in use and has {held} assignments."
        if _can_count(license, held):
            yield Finding("SEATS_MISCOUNTED", f"{counted} Run `seatkeeper doctor --repair`.")
        else:
            yield Finding("SEATS_EXCEEDED", f"{counted} It allows fewer: take it from users, then repair.")


async def _documents(context: Context) -> AsyncIterator[Finding]:
    trusted: dict[int, list[keys.TrustedKey]] = {}
    for row in await TrustedKey.filter(installation_id=context.installation_id).select_related("vendor"):
        trusted.setdefault(row.vendor_id, []).append(keys.TrustedKey(row.kid, row.vendor.key, row.jwk))
    for document in await ReceivedDocument.filter(installation_id=context.installation_id).order_by("id"):
        content = bytes(document.content)
        try:
            # Distrusted keys count: what they signed while they were trusted stays signed.
            holds = has_valid_signature(content, trusted.get(document.vendor_id, []))
            holds = holds and open_file(content).sha256 == document.sha256
        except LicensingError:
            holds = False
        if not holds:
            yield Finding(
                "SIGNATURE_INVALID",
                f"The stored license document {document.sha256} was altered. Restore the database from a backup.",
            )


async def _licenses(context: Context) -> AsyncIterator[Finding]:
    licenses = await License.filter(installation_id=context.installation_id, in_force=True).order_by("key")
    codes = {(license.vendor_id, license.code) for license in licenses}
    for license in licenses:
        named = [*license.includes, *([license.requires] if license.requires else [])]
        for code in named:
            if (license.vendor_id, code) not in codes:
                yield Finding(
                    "LICENSE_MISSING",
                    f"{license.key} names {code}, which is not in force. Import the vendor's latest license file.",
                )


async def _vendors(context: Context) -> AsyncIterator[Finding]:
    vendors = await Vendor.filter(installation_id=context.installation_id)
    if vendors and not any(vendor.is_main and vendor.removed_at is None for vendor in vendors):
        yield Finding("MAIN_VENDOR_MISSING", "No vendor is the main one. Restore the database from a backup.")


async def _assignments(context: Context) -> AsyncIterator[Finding]:
    here = context.installation_id
    wrong = {
        "of users who have retired: import them again as retired": Q(user__status=UserStatus.RETIRED.value),
        "of licenses that nobody can hold: restore the database from a backup": Q(license__in_force=False)
        | Q(license__is_hidden=True)
        | ~Q(license__scope="USER"),
        "that disagree with their license on whether it is a plan: restore the database from a backup": Q(
            is_plan=True, license__is_plan=False
        )
        | Q(is_plan=False, license__is_plan=True),
        "that reach into another installation: restore the database from a backup": ~Q(user__installation_id=here)
        | ~Q(license__installation_id=here),
    }
    for what, condition in wrong.items():
        if count := await Assignment.filter(condition, installation_id=here).count():
            yield Finding("ASSIGNMENT_WRONG", f"There are {count} assignments {what}.")


async def _users(context: Context) -> AsyncIterator[Finding]:
    columns = ("name", "login", "email", "group", "role", "last_login_at")
    last_id, wrong = 0, 0
    while True:
        users: list[dict[str, Any]] = (
            await User.filter(installation_id=context.installation_id, id__gt=last_id)
            .order_by("id")
            .limit(USERS_AT_ONCE)
            .values("id", "name_key", "login_key", "last_login_key", "search_key", *columns)
        )
        if not users:
            break
        last_id = users[-1]["id"]
        for user in users:
            derived = user_keys(**{column: user[column] for column in columns})
            wrong += any(user[key] != value for key, value in derived.items())
    if wrong:
        message = f"{wrong} users are sorted or found by texts that are not theirs. Restore the database from a backup."
        yield Finding("USER_KEYS_WRONG", message)


async def _events(context: Context) -> AsyncIterator[Finding]:
    events = AuditEvent.filter(installation_id=context.installation_id)
    latest = await events.order_by("-position").first()
    position = latest.position if latest else 0
    counter = (await Installation.get(id=context.installation_id)).event_position
    if position != counter:
        yield Finding(
            "EVENT_POSITION_WRONG",
            f"The latest event stands at {position} and the counter at {counter}. Restore the database from a backup.",
        )


CHECKS: tuple[Check, ...] = (_seats, _documents, _licenses, _vendors, _assignments, _users, _events)

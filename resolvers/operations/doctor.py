"""Consistency checks for states that constraints cannot prevent or that bypassed the application."""

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
from models.db.assignment_copies import count_wrong_copies, repair_copies
from models.installation import Installation
from models.license import License
from models.user import User, derived_columns
from models.vendor import TrustedKey, Vendor
from resolvers.context import Context
from resolvers.unit_of_work import unit_of_work

BATCH_SIZE = 5_000


@dataclass(frozen=True, slots=True)
class Finding:
    """An inconsistency and the remedy."""

    code: str
    message: str


Check = Callable[[Context], AsyncIterator[Finding]]


async def examine(context: Context) -> list[Finding]:
    """Return the inconsistencies of an installation, without changing anything."""
    return [finding for check in CHECKS async for finding in check(context)]


async def repair_seats(context: Context) -> list[str]:
    """Set the counters of seats in use to the numbers of assignments, and return the names of the repaired licenses.

    Counters are left unchanged where assignments exceed the total or the license has no seats, because assignments
    must be revoked first.
    """
    repaired = []
    async with unit_of_work(context) as unit:
        for license, assigned in await _miscounted(context):
            if not _is_repairable(license, assigned):
                continue
            await License.filter(id=license.id).update(in_use=assigned)
            unit.record(
                AuditAction.SEATS_REPAIRED,
                vendor_id=license.vendor_id,
                license_id=license.id,
                details=[("inUse", str(license.in_use), str(assigned))],
                license=license.name,
            )
            repaired.append(license.name)
    return repaired


async def repair_assignments(context: Context) -> int:
    """Derive wrong columns of assignments again, and return the number of assignments repaired."""
    async with unit_of_work(context):
        return await repair_copies(context.installation_id)


async def _miscounted(context: Context) -> list[tuple[License, int]]:
    rows = (
        await Assignment.filter(installation_id=context.installation_id)
        .group_by("license_id")
        .annotate(assigned=Count("id"))
        .values_list("license_id", "assigned")
    )
    assigned: Counter[int] = Counter({license_id: count for license_id, count in rows})
    licenses = await License.filter(installation_id=context.installation_id).order_by("key")
    return [(license, assigned[license.id]) for license in licenses if license.in_use != assigned[license.id]]


def _is_repairable(license: License, assigned: int) -> bool:
    seated = license.in_force and not license.is_hidden and license.scope == "USER"
    return assigned == 0 or (seated and (license.total is None or assigned <= license.total))


async def _seats(context: Context) -> AsyncIterator[Finding]:
    for license, assigned in await _miscounted(context):
        counted = f"{license.key} counts {license.in_use} seats in use and has {assigned} assignments."
        if _is_repairable(license, assigned):
            yield Finding("SEATS_MISCOUNTED", f"{counted} Run `seatkeeper doctor --repair`.")
        else:
            yield Finding("SEATS_EXCEEDED", f"{counted} It allows fewer: take it from users, then repair.")


async def _documents(context: Context) -> AsyncIterator[Finding]:
    trusted: dict[int, list[keys.VerificationKey]] = {}
    for row in await TrustedKey.filter(installation_id=context.installation_id).select_related("vendor"):
        trusted.setdefault(row.vendor_id, []).append(keys.VerificationKey(row.kid, row.vendor.key, row.jwk))
    for document in await ReceivedDocument.filter(installation_id=context.installation_id).order_by("id"):
        content = bytes(document.content)
        try:
            # Distrusted keys count as well: signatures made while they were trusted remain valid.
            is_intact = has_valid_signature(content, trusted.get(document.vendor_id, []))
            is_intact = is_intact and open_file(content).sha256 == document.sha256
        except LicensingError:
            is_intact = False
        if not is_intact:
            yield Finding(
                "SIGNATURE_INVALID",
                f"The stored license document {document.sha256} was altered. Restore the database from a backup.",
            )


async def _licenses(context: Context) -> AsyncIterator[Finding]:
    licenses = await License.filter(installation_id=context.installation_id, in_force=True).order_by("key")
    codes = {(license.vendor_id, license.code) for license in licenses}
    for license in licenses:
        referenced = [*license.includes, *([license.requires] if license.requires else [])]
        for code in referenced:
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
    installation_id = context.installation_id
    problems = {
        "of users who have retired: import them again as retired": Q(user__status=UserStatus.RETIRED.value),
        "of licenses that cannot be assigned: restore the database from a backup": Q(license__in_force=False)
        | Q(license__is_hidden=True)
        | ~Q(license__scope="USER"),
        "that disagree with their license on whether it is a plan: restore the database from a backup": Q(
            is_plan=True, license__is_plan=False
        )
        | Q(is_plan=False, license__is_plan=True),
        "of users or licenses of another installation: restore the database from a backup": ~Q(
            user__installation_id=installation_id
        )
        | ~Q(license__installation_id=installation_id),
    }
    for problem, condition in problems.items():
        if count := await Assignment.filter(condition, installation_id=installation_id).count():
            yield Finding("ASSIGNMENT_WRONG", f"There are {count} assignments {problem}.")


async def _copies(context: Context) -> AsyncIterator[Finding]:
    if count := await count_wrong_copies(context.installation_id):
        message = f"The sort columns of {count} assignments are wrong. Run `seatkeeper doctor --repair`."
        yield Finding("ASSIGNMENT_COLUMNS_WRONG", message)


async def _users(context: Context) -> AsyncIterator[Finding]:
    columns = ("name", "login", "email", "group", "role", "last_login_at")
    last_id, mismatches = 0, 0
    while True:
        users: list[dict[str, Any]] = (
            await User.filter(installation_id=context.installation_id, id__gt=last_id)
            .order_by("id")
            .limit(BATCH_SIZE)
            .values("id", "name_key", "login_key", "last_login_key", "search_key", *columns)
        )
        if not users:
            break
        last_id = users[-1]["id"]
        for user in users:
            derived = derived_columns(**{column: user[column] for column in columns})
            mismatches += any(user[key] != value for key, value in derived.items())
    if mismatches:
        message = f"The sort or search keys of {mismatches} users are wrong. Restore the database from a backup."
        yield Finding("USER_KEYS_WRONG", message)


async def _events(context: Context) -> AsyncIterator[Finding]:
    events = AuditEvent.filter(installation_id=context.installation_id)
    latest = await events.order_by("-position").first()
    position = latest.position if latest else 0
    counter = (await Installation.get(id=context.installation_id)).event_position
    if position != counter:
        yield Finding(
            "EVENT_POSITION_WRONG",
            f"The latest event has position {position}, the counter {counter}. Restore the database from a backup.",
        )


CHECKS: tuple[Check, ...] = (_seats, _documents, _licenses, _vendors, _assignments, _copies, _users, _events)

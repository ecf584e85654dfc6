"""Import of users from a directory export: users are created, changed or retired, which frees their seats."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from licensing.enums import AuditAction, UserKind, UserStatus
from licensing.messages import Message
from models.db.assignment_copies import copy_user_columns
from models.db.bulk import insert_rows, update_rows
from models.user import User, derived_columns
from resolvers.context import Context
from resolvers.licenses.catalog import load_installation_catalog
from resolvers.licenses.seats import load_holders, revoke_seats
from resolvers.unit_of_work import Detail, UnitOfWork, unit_of_work
from resolvers.users.administrators import able_administrators, last_administrator
from resolvers.users.directory_csv import BadLine, ExportedUser

_DEFAULTS = {
    "email": None,
    "kind": UserKind.EMPLOYEE.value,
    "group": None,
    "role": None,
    "status": UserStatus.ACTIVE.value,
    "can_log_in": True,
    "last_login_at": None,
    "open_requests": 0,
}
_COLUMNS = ("login", "name", *_DEFAULTS)
_DETAIL_NAMES = {"can_log_in": "canLogIn", "last_login_at": "lastLoginAt", "open_requests": "openRequests"}


@dataclass(slots=True)
class ImportedUsers:
    """The numbers of imported users, and the rejected lines."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[BadLine] = field(default_factory=list)


class _Difference:
    """A line of an export compared with the stored user."""

    def __init__(self, line: int, stored: dict[str, Any], columns: dict[str, Any]) -> None:
        self.line, self.stored, self.after = line, stored, stored | columns
        if self.after["status"] == UserStatus.RETIRED:
            self.after["is_administrator"] = False

    @property
    def retires(self) -> bool:
        return bool(self.stored["status"] != self.after["status"] == UserStatus.RETIRED)

    @property
    def is_copied(self) -> bool:
        """Return whether columns differ of which assignments have copies."""
        return any(self.stored[name] != self.after[name] for name in ("name", "last_login_at"))

    @property
    def details(self) -> list[Detail]:
        names = [name for name in _COLUMNS if self.stored[name] != self.after[name]]
        return [
            (_DETAIL_NAMES.get(name, name), _format_value(self.stored[name]), _format_value(self.after[name]))
            for name in names
        ]


async def import_users(context: Context, users: Sequence[ExportedUser]) -> ImportedUsers:
    """Create and update users as stated by an export, in one transaction.

    Users are identified by login, without regard to case; each login must occur once. Unchanged users record no event.
    Retiring a user revokes all licenses, even if a revocation would be blocked. The number of statements does not
    depend on the number of users.
    """
    async with unit_of_work(context) as unit:
        stored = await _load_stored(context, [user.login_key for user in users])
        added = [_DEFAULTS | user.columns for user in users if user.login_key not in stored]
        compared = [
            _Difference(user.line, stored[user.login_key], user.columns) for user in users if user.login_key in stored
        ]
        different = [difference for difference in compared if difference.after != difference.stored]
        rejected = await _lockouts(context, different)
        changed = [difference for difference in different if difference not in rejected]
        await _create_users(unit, added)
        await _update_users(unit, changed)
    reasons = [BadLine(difference.line, str(last_administrator(difference.stored["name"]))) for difference in rejected]
    return ImportedUsers(len(added), len(changed), len(compared) - len(different), reasons)


async def _load_stored(context: Context, login_keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = await User.filter(installation_id=context.installation_id, login_key__in=login_keys).values(
        "id", "login_key", "is_administrator", *_COLUMNS
    )
    return {row.pop("login_key"): row for row in rows}


async def _lockouts(context: Context, differences: Sequence[_Difference]) -> list[_Difference]:
    """Return the differences that would remove the last administrator who can sign in, in the order of the lines."""
    if not any(_is_able(difference.stored) and not _is_able(difference.after) for difference in differences):
        return []
    able, rejected = await able_administrators(context), []
    for difference in differences:
        if _is_able(difference.after):
            able.add(difference.after["id"])
        elif able == {difference.after["id"]}:
            rejected.append(difference)
        else:
            able.discard(difference.after["id"])
    return rejected


def _is_able(user: dict[str, Any]) -> bool:
    return bool(user["is_administrator"] and user["can_log_in"] and user["status"] == UserStatus.ACTIVE)


async def _create_users(unit: UnitOfWork, users: Sequence[dict[str, Any]]) -> None:
    installation_id = unit.installation.id
    rows = [{"installation_id": installation_id, "is_administrator": False, **user, **_derive(user)} for user in users]
    await insert_rows(User, rows)
    ids = dict(
        await User.filter(
            installation_id=installation_id, login_key__in=[row["login_key"] for row in rows]
        ).values_list("login_key", "id")
    )
    for row in rows:
        details: list[Detail] = [("login", None, row["login"]), ("status", None, row["status"])]
        user_id = ids[row["login_key"]]
        unit.record(
            AuditAction.USER_CHANGED,
            user_id=user_id,
            details=details,
            user=row["name"],
            what=Message("they were imported"),
        )


async def _update_users(unit: UnitOfWork, differences: Sequence[_Difference]) -> None:
    await update_rows(User, [difference.after | _derive(difference.after) for difference in differences])
    await copy_user_columns([difference.after["id"] for difference in differences if difference.is_copied])
    for difference in differences:
        after = difference.after
        unit.record(
            AuditAction.USER_CHANGED,
            user_id=after["id"],
            details=difference.details,
            user=after["name"],
            what=Message("they retired") if difference.retires else Message("they were changed"),
        )
    await _free_seats(unit, [difference.after["id"] for difference in differences if difference.retires])


async def _free_seats(unit: UnitOfWork, user_ids: Sequence[int]) -> None:
    if not user_ids:
        return
    catalog = await load_installation_catalog(unit.installation.id)
    holders = (await load_holders(unit.installation.id, user_ids, catalog)).values()
    for license in catalog.by_id.values():
        await revoke_seats(unit, license, [holder for holder in holders if license.key in holder.held])


def _derive(user: dict[str, Any]) -> dict[str, Any]:
    return derived_columns(
        **{name: user[name] for name in ("name", "login", "email", "group", "role", "last_login_at")}
    )


def _format_value(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat()
        case _:
            return str(value)

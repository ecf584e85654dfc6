"""Users as a directory has them: new ones are made, changed ones changed, retired ones lose their seats."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from licensing.enums import AuditAction, UserKind, UserStatus
from licensing.messages import Message
from models.db.bulk import insert_rows, update_rows
from models.user import User, user_keys
from resolvers.context import Context
from resolvers.licenses.seats import load_holders, load_licenses_in_force, revoke_seats
from resolvers.unit_of_work import Change, Detail, unit_of_work
from resolvers.users.administrators import able_administrators, last_administrator
from resolvers.users.directory_csv import BadLine, ExportedUser

_IF_NOT_STATED = {
    "email": None,
    "kind": UserKind.EMPLOYEE.value,
    "group": None,
    "role": None,
    "status": UserStatus.ACTIVE.value,
    "can_log_in": True,
    "last_login_at": None,
    "open_requests": 0,
}
_COLUMNS = ("login", "name", *_IF_NOT_STATED)
_SHOWN_AS = {"can_log_in": "canLogIn", "last_login_at": "lastLoginAt", "open_requests": "openRequests"}


@dataclass(slots=True)
class ImportedUsers:
    """What became of some lines of an export."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[BadLine] = field(default_factory=list)


class _Difference:
    """What a line makes of a user who is known."""

    def __init__(self, line: int, stored: dict[str, Any], columns: dict[str, Any]) -> None:
        self.line, self.stored, self.after = line, stored, stored | columns
        if self.after["status"] == UserStatus.RETIRED:
            self.after["is_administrator"] = False

    @property
    def retires(self) -> bool:
        return bool(self.stored["status"] != self.after["status"] == UserStatus.RETIRED)

    @property
    def details(self) -> list[Detail]:
        names = [name for name in _COLUMNS if self.stored[name] != self.after[name]]
        return [(_SHOWN_AS.get(name, name), _text(self.stored[name]), _text(self.after[name])) for name in names]


async def import_users(context: Context, users: Sequence[ExportedUser]) -> ImportedUsers:
    """Makes users be as an export says, who are the same if their logins are, in any case; each login comes once.

    All is one transaction and a number of statements that does not depend on how many users there are. Those who are
    so already cost no event. Retiring takes all licenses, whatever would block a revocation.
    """
    async with unit_of_work(context) as change:
        stored = await _load_stored(context, [user.login_key for user in users])
        added = [_IF_NOT_STATED | user.columns for user in users if user.login_key not in stored]
        known = [
            _Difference(user.line, stored[user.login_key], user.columns) for user in users if user.login_key in stored
        ]
        different = [difference for difference in known if difference.after != difference.stored]
        refused = await _lock_outs(context, different)
        changed = [difference for difference in different if difference not in refused]
        await _add(change, added)
        await _change(change, changed)
    reasons = [BadLine(one.line, str(last_administrator(one.stored["name"]))) for one in refused]
    return ImportedUsers(len(added), len(changed), len(known) - len(different), reasons)


async def _load_stored(context: Context, login_keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = await User.filter(installation_id=context.installation_id, login_key__in=login_keys).values(
        "id", "login_key", "is_administrator", *_COLUMNS
    )
    return {row.pop("login_key"): row for row in rows}


async def _lock_outs(context: Context, differences: Sequence[_Difference]) -> list[_Difference]:
    """Those that would leave nobody who can log in as an administrator, taken in the order of the lines."""
    if not any(_is_able(one.stored) and not _is_able(one.after) for one in differences):
        return []
    able, refused = await able_administrators(context), []
    for one in differences:
        if _is_able(one.after):
            able.add(one.after["id"])
        elif able == {one.after["id"]}:
            refused.append(one)
        else:
            able.discard(one.after["id"])
    return refused


def _is_able(user: dict[str, Any]) -> bool:
    return bool(user["is_administrator"] and user["can_log_in"] and user["status"] == UserStatus.ACTIVE)


async def _add(change: Change, users: Sequence[dict[str, Any]]) -> None:
    installation_id = change.installation.id
    rows = [{"installation_id": installation_id, "is_administrator": False, **user, **_derived(user)} for user in users]
    await insert_rows(User, rows)
    ids = dict(
        await User.filter(
            installation_id=installation_id, login_key__in=[row["login_key"] for row in rows]
        ).values_list("login_key", "id")
    )
    for row in rows:
        details: list[Detail] = [("login", None, row["login"]), ("status", None, row["status"])]
        user_id = ids[row["login_key"]]
        change.record(
            AuditAction.USER_CHANGED,
            user_id=user_id,
            details=details,
            user=row["name"],
            what=Message("they were imported"),
        )


async def _change(change: Change, differences: Sequence[_Difference]) -> None:
    await update_rows(User, [difference.after | _derived(difference.after) for difference in differences])
    for difference in differences:
        after = difference.after
        change.record(
            AuditAction.USER_CHANGED,
            user_id=after["id"],
            details=difference.details,
            user=after["name"],
            what=Message("they retired") if difference.retires else Message("they were changed"),
        )
    await _free_seats(change, [difference.after["id"] for difference in differences if difference.retires])


async def _free_seats(change: Change, user_ids: Sequence[int]) -> None:
    if not user_ids:
        return
    licenses = await load_licenses_in_force(change.installation.id)
    holders = (await load_holders(change.installation.id, user_ids, licenses)).values()
    for license in licenses.by_id.values():
        await revoke_seats(change, license, [holder for holder in holders if license.rule.key in holder.held])


def _derived(user: dict[str, Any]) -> dict[str, Any]:
    return user_keys(**{name: user[name] for name in ("name", "login", "email", "group", "role", "last_login_at")})


def _text(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat()
        case _:
            return str(value)

from datetime import UTC, datetime

import pytest

from licensing.enums import UserStatus
from licensing.errors import Invalid
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.license import License
from models.user import User
from resolvers.operations.doctor import examine
from resolvers.users.directory_csv import BadLine, ExportedUser, read_export
from resolvers.users.directory_import import ImportedUsers, import_users

HEADER = "login,name,email,kind,group,role,status,can_log_in,last_login_at,open_requests"
KARI = "kari,Kari Nordby,kari@fjordlys.example,employee,Sales,User level 1,active,yes,2026-01-15T09:00:00+01:00,2"


def read(*lines):
    return list(read_export(f"{line}\n" for line in lines))


async def run(context, *lines):
    return await import_users(context, [line for line in read(*lines) if isinstance(line, ExportedUser)])


async def actions():
    return [event.action for event in await AuditEvent.all().order_by("position")]


def test_line_is_parsed_into_columns():
    assert read(HEADER, KARI) == [
        ExportedUser(
            2,
            {
                "login": "kari",
                "name": "Kari Nordby",
                "email": "kari@fjordlys.example",
                "kind": "EMPLOYEE",
                "group": "Sales",
                "role": "User level 1",
                "status": "ACTIVE",
                "can_log_in": True,
                "last_login_at": datetime(2026, 1, 15, 8, tzinfo=UTC),
                "open_requests": 2,
            },
        )
    ]


def test_blank_fields_get_defaults():
    [user] = read(HEADER, "kari,Kari Nordby,,,,,,,,")
    assert list(user.columns.values()) == [
        "kari", "Kari Nordby", None, "EMPLOYEE", None, None, "ACTIVE", True, None, 0
    ]  # fmt: skip


def test_columns_are_optional_and_may_be_separated_by_semicolons():
    assert read("Name;Login", "Kari Nordby;kari") == [ExportedUser(2, {"name": "Kari Nordby", "login": "kari"})]


@pytest.mark.parametrize("header", ["", "kari,Kari Nordby", "login,email", "login,name,login", "login,name,shoe_size"])
def test_invalid_header_is_rejected(header):
    with pytest.raises(Invalid, match="first line"):
        read(header, KARI)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (KARI.replace("Kari Nordby", ""), "`name` is missing."),
        (KARI.replace("kari,", "k" * 201 + ","), "`login` is longer than 200 characters."),
        (KARI.replace("employee", "robot"), "`kind` is “robot” and not one of employee, external, anonymous, system."),
        (KARI.replace("active", "gone"), "`status` is “gone” and not one of"),
        (KARI.replace("yes", "maybe"), "`can_log_in` is “maybe”"),
        (KARI.replace("2026-01-15T09:00:00+01:00", "yesterday"), "`last_login_at` is “yesterday”"),
        (KARI.replace("2026-01-15T09:00:00+01:00", "0001-01-01T00:00:00+10:00"), "`last_login_at` is"),
        (KARI.removesuffix("2") + "-2", "`open_requests` is “-2” and not a number from 0 up."),
        (KARI.replace("Nordby", "Nor\x00dby"), "`name` has characters that are no text."),
        (KARI.replace("Nordby", "Nordb\udcff"), "`name` has characters that are no text."),
        (KARI + ",more", "It has 11 fields instead of 10."),
        ('kari,"Kari', "It is not CSV"),
    ],
)
def test_invalid_line_is_reported_with_its_number(line, reason):
    [bad] = read(HEADER, line)
    assert isinstance(bad, BadLine)
    assert bad.line == 2
    assert bad.reason.startswith(reason)


def test_lines_after_an_invalid_one_are_read():
    assert [type(line) for line in read(HEADER, "x", KARI)] == [BadLine, ExportedUser]


def test_duplicate_login_is_rejected():
    _, bad = read(HEADER, KARI, KARI.replace("kari,", "KARI,"))
    assert bad == BadLine(3, "Line 2 has this login already. Remove one of them.")


async def test_each_new_user_records_one_event(context):
    assert await run(context, HEADER, KARI, "ola,Ola Bakken,,,,,,,,") == ImportedUsers(added=2)

    kari = await User.get(login="kari")
    assert (kari.name_key, kari.last_login_key) == ("kari nordby", 1_768_464_000_000_000)
    assert (kari.open_requests, kari.can_log_in, kari.is_administrator) == (2, True, False)
    assert await actions() == ["USER_CHANGED"] * 2
    assert (await AuditEvent.filter(user_id=kari.id).get()).facts == {
        "user": "Kari Nordby",
        "what": {"template": "they were imported", "facts": {}},
    }
    assert await examine(context) == []


async def test_import_is_idempotent(context):
    await run(context, HEADER, KARI)
    assert await run(context, HEADER, KARI) == ImportedUsers(unchanged=1)
    assert len(await actions()) == 1


async def test_changed_columns_are_recorded(context):
    await run(context, HEADER, KARI)
    changed = KARI.replace("Sales", "Marketing").replace("yes", "no").replace("kari,", "Kari,")
    assert await run(context, HEADER, changed) == ImportedUsers(changed=1)

    kari = await User.get(login="Kari")
    assert (kari.group, kari.can_log_in) == ("Marketing", False)
    event = await AuditEvent.filter(user_id=kari.id).order_by("-position").first()
    assert event.details == [["login", "kari", "Kari"], ["group", "Sales", "Marketing"], ["canLogIn", "true", "false"]]
    assert await examine(context) == []


async def test_missing_columns_are_unchanged(context):
    await run(context, HEADER, KARI)
    await run(context, "login,name", "kari,Kari Moen")

    kari = await User.get(login="kari")
    assert (kari.name, kari.email, kari.open_requests) == ("Kari Moen", "kari@fjordlys.example", 2)


async def test_retiring_frees_seats_despite_blockers(context, make_license, make_user):
    await make_license("superoffice.ten-sales", total=5, plan=True, held_by=1)
    await make_license("superoffice.visible-for", requires="ten-sales")
    kari = await make_user(
        "Kari Nordby", login="kari", open_requests=2, holds=["superoffice.ten-sales", "superoffice.visible-for"]
    )

    await run(context, "login,name,status", "kari,Kari Nordby,retired")

    assert (await User.get(id=kari.id)).status == UserStatus.RETIRED
    assert not await Assignment.exists(user_id=kari.id)
    assert dict(await License.all().values_list("code", "in_use")) == {"ten-sales": 1, "visible-for": 0}
    assert await actions() == ["USER_CHANGED", "USER_LICENSE_REVOKED", "USER_LICENSE_REVOKED"]


@pytest.mark.parametrize("line", ["inga,Inga Solheim,retired,yes", "inga,Inga Solheim,active,no"])
async def test_last_administrator_is_not_imported_as_retired(context, administrator, line):
    result = await run(context, "login,name,status,can_log_in", line)

    assert [bad.line for bad in result.refused] == [2]
    assert result.refused[0].reason.startswith("Inga Solheim is the last administrator who can sign in.")
    assert await actions() == []


async def test_one_of_two_administrators_can_retire(context, administrator, make_user):
    await make_user("Kari Nordby", login="kari", is_administrator=True)

    result = await run(context, "login,name,status", "inga,Inga Solheim,retired", "kari,Kari Nordby,retired")

    assert (result.changed, [bad.line for bad in result.refused]) == (1, [3])
    assert not (await User.get(login="inga")).is_administrator
    assert (await User.get(login="kari")).is_administrator


async def test_import_ignores_users_of_other_installations(context, other_installation, make_user):
    kari = await make_user("Kari Nordby", login="kari")
    await User.filter(id=kari.id).update(installation_id=await other_installation())

    assert await run(context, "login,name", "kari,Kari Moen") == ImportedUsers(added=1)
    assert (await User.get(id=kari.id)).name == "Kari Nordby"

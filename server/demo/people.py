"""The users of the demo, which are invented and deterministic, and the licenses that they hold."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from licensing.enums import UserKind, UserStatus
from resolvers.users.directory_csv import ExportedUser

ADMINISTRATOR = "inga"

SALES = """Kari Nordby, Ola Bakken, Anne Lindqvist, Per Haugen, Liv Sørensen, Erik Johansson, Astrid Moen,
Lars Pedersen, Solveig Dahlberg, Henrik Virtanen, Maja Kristiansen, Jonas Berg, Sigrid Andersson, Magnus Halvorsen,
Tuva Nygård, Anders Rasmussen, Freja Holm, Mikael Korhonen, Ragnhild Strand, Tobias Eide, Elin Åkesson"""
SERVICE = "Bjørn Lie, Hanna Mäkinen, Silje Berge, Oliver Nyström, Guro Tangen"
COMBINED = """Inga Solheim, Ingrid Aasen, Knut Fossum, Åse Lunde, Øyvind Hagen, Pernille Madsen, Stian Solberg,
Vilde Brekke, Gustav Bergström, Marte Hansen, Aksel Thorsen, Ida Nilsson, Kristoffer Vik, Nora Jensen, Emil Lehtonen,
Thea Myhre, Sindre Aune, Johanne Riise, Viktor Sandberg, Ylva Engström"""
MARKETING = "Camilla Falk, Rasmus Juhl, Linnea Sjöberg"
WITHOUT_PLAN = "Torstein Kvam, Berit Opsahl, Rolf Amundsen, Unni Sæther"
EXTERNAL = "Helga Einarsdóttir, Petter Wik, Saga Lund, Mads Toft"

HOLDERS = {
    "superoffice.ten-sales": SALES,
    "superoffice.ten-service": SERVICE,
    "superoffice.ten-salesservicemarketing": COMBINED,
    "superoffice.ten-marketing": MARKETING,
    "superoffice.visible-for": "Inga Solheim, Knut Fossum, Vilde Brekke, Nora Jensen",
    "nordsync.connector-cal": "Kari Nordby, Per Haugen, Jonas Berg, Silje Berge, Ingrid Aasen, Emil Lehtonen",
}
TRIAL_HOLDERS = "Inga Solheim, Kari Nordby, Bjørn Lie"
SYSTEM_USER = "int-erp"

_OVERRIDES: dict[str, dict[str, Any]] = {
    "astrid": {"open_requests": 3},
    "henrik": {"can_log_in": False},  # on leave
    "tuva": {"last_login_at": None},
    "oliver": {"status": UserStatus.WAITING_FOR_APPROVAL.value, "last_login_at": None},
    "hanna": {"open_requests": 2},
    "rolf": {"can_log_in": False},
    "unni": {"can_log_in": False},
    "oskar": {"status": UserStatus.RETIRED.value, "can_log_in": False},
    ADMINISTRATOR: {"role": "General administrator", "group": "Management"},
}
_ASCII = str.maketrans({"å": "a", "ä": "a", "æ": "ae", "ø": "o", "ö": "o", "ó": "o"})


def login_of(name: str) -> str:
    """Return the login of a user: the first name in ASCII and lower case, which is unique in the demo."""
    return name.split()[0].casefold().translate(_ASCII)


def names(listed: str) -> list[str]:
    """Return the names in a comma-separated list."""
    return [" ".join(name.split()) for name in listed.split(",")]


def logins(listed: str) -> list[str]:
    """Return the logins for a comma-separated list of names."""
    return [login_of(name) for name in names(listed)]


def people(now: datetime) -> list[ExportedUser]:
    """Return all 60 users as lines of a directory export."""
    groups = [(SALES, "Sales"), (SERVICE, "Support"), (MARKETING, "Marketing"), (WITHOUT_PLAN, "Development")]
    users = [_employee(name, group, now) for listed, group in groups for name in names(listed)]
    departments = ("Sales", "Support", "Marketing")
    users += [_employee(name, departments[i % 3], now) for i, name in enumerate(names(COMBINED))]
    users.append(_employee("Oskar Dahl", "Sales", now))
    users += [_other_user(login_of(name), name, UserKind.EXTERNAL) for name in names(EXTERNAL)]
    users.append(_other_user("anon-web", "Website visitors", UserKind.ANONYMOUS))
    users.append(_other_user(SYSTEM_USER, "ERP integration", UserKind.SYSTEM))
    return _number_lines(users, now)


def trial_people(now: datetime) -> list[ExportedUser]:
    """Return the four users of the trial as lines of a directory export."""
    return _number_lines([_employee(name, "Sales", now) for name in [*names(TRIAL_HOLDERS), "Torstein Kvam"]], now)


def _employee(name: str, group: str, now: datetime) -> dict[str, Any]:
    login = login_of(name)
    return {
        **_user(login, name, UserKind.EMPLOYEE),
        "email": f"{login}@fjordlys.example",
        "group": group,
        "role": "User level 1",
    }


def _other_user(login: str, name: str, kind: UserKind) -> dict[str, Any]:
    return _user(login, name, kind) | {"email": f"{login}@partner.example" if kind is UserKind.EXTERNAL else None}


def _user(login: str, name: str, kind: UserKind) -> dict[str, Any]:
    return {"login": login, "name": name, "kind": kind.value, "group": None, "role": None, "email": None}


def _number_lines(users: Sequence[dict[str, Any]], now: datetime) -> list[ExportedUser]:
    """Return numbered lines with distinct last sign-ins, between an hour and four months ago in no order."""
    lines = []
    for i, user in enumerate(users):
        ago = timedelta(days=i * 37 % 121, hours=1 + i % 9, minutes=i)
        login_at = {"last_login_at": now - ago}
        lines.append(ExportedUser(i + 2, user | login_at | _OVERRIDES.get(user["login"], {})))
    return lines

"""The demo's users: invented, the same each time, and each plan's holders with what makes them differ."""

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

_DIFFERENCES: dict[str, dict[str, Any]] = {
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
    """A first name, as it is typed to log in; no two are alike."""
    return name.split()[0].casefold().translate(_ASCII)


def names(listed: str) -> list[str]:
    """The names in a list of them."""
    return [" ".join(name.split()) for name in listed.split(",")]


def logins(listed: str) -> list[str]:
    """The logins of those in a list of names."""
    return [login_of(name) for name in names(listed)]


def people(now: datetime) -> list[ExportedUser]:
    """All sixty, as the company's directory would export them."""
    groups = [(SALES, "Sales"), (SERVICE, "Support"), (MARKETING, "Marketing"), (WITHOUT_PLAN, "Development")]
    users = [_employee(name, group, now) for listed, group in groups for name in names(listed)]
    departments = ("Sales", "Support", "Marketing")
    users += [_employee(name, departments[i % 3], now) for i, name in enumerate(names(COMBINED))]
    users.append(_employee("Oskar Dahl", "Sales", now))
    users += [_other(login_of(name), name, UserKind.EXTERNAL) for name in names(EXTERNAL)]
    users.append(_other("anon-web", "Website visitors", UserKind.ANONYMOUS))
    users.append(_other(SYSTEM_USER, "ERP integration", UserKind.SYSTEM))
    return _numbered(users, now)


def trial_people(now: datetime) -> list[ExportedUser]:
    """The four who try the product."""
    return _numbered([_employee(name, "Sales", now) for name in [*names(TRIAL_HOLDERS), "Torstein Kvam"]], now)


def _employee(name: str, group: str, now: datetime) -> dict[str, Any]:
    login = login_of(name)
    return {
        **_user(login, name, UserKind.EMPLOYEE),
        "email": f"{login}@fjordlys.example",
        "group": group,
        "role": "User level 1",
    }


def _other(login: str, name: str, kind: UserKind) -> dict[str, Any]:
    return _user(login, name, kind) | {"email": f"{login}@partner.example" if kind is UserKind.EXTERNAL else None}


def _user(login: str, name: str, kind: UserKind) -> dict[str, Any]:
    return {"login": login, "name": name, "kind": kind.value, "group": None, "role": None, "email": None}


def _numbered(users: Sequence[dict[str, Any]], now: datetime) -> list[ExportedUser]:
    """Lines, each with a last login of its own: from an hour to four months ago, in no order."""
    lines = []
    for i, user in enumerate(users):
        away = timedelta(days=i * 37 % 121, hours=1 + i % 9, minutes=i)
        login_at = {"last_login_at": now - away}
        lines.append(ExportedUser(i + 2, user | login_at | _DIFFERENCES.get(user["login"], {})))
    return lines

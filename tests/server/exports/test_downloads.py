"""Tests of the export downloads: contents, filters, permissions and formats."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from licensing.enums import ApiScope, AuditAction, LicenseScope, UserStatus
from models.api_token import ApiToken
from models.db.bulk import insert_rows
from models.license import License
from models.user import User, derived_columns
from resolvers import pagination
from resolvers.auth.api_tokens import create_api_token
from resolvers.context import system_context
from resolvers.exports import exports
from resolvers.principals import COMMAND_LINE
from resolvers.unit_of_work import unit_of_work
from server.exports.formats import ExportFormat, encode_export, escape_formula, unescape_formula
from tests.server.credentials import PASSWORD, SIGN_IN
from tests.support.documents import grant
from tests.support.factories import quick_hash
from tests.support.license_imports import import_file, offer, trusted_vendor

__all__ = ["import_file", "offer", "trusted_vendor"]

EXPORTS = {
    "users": {ApiScope.USERS_READ},
    "assignments": {ApiScope.USERS_READ, ApiScope.LICENSES_READ},
    "licenses": {ApiScope.LICENSES_READ},
    "audit": {ApiScope.AUDIT_READ},
    "surplus": {ApiScope.USERS_READ, ApiScope.LICENSES_READ},
}


@pytest.fixture
def bearer(context):
    """Return a function that creates a token with the given scopes and returns its request header."""

    async def make(*scopes, vendor_id=None):
        _, secret = await create_api_token(
            context, name="Export", scopes=scopes or set(ApiScope), vendor_id=vendor_id, expires_at=None
        )
        return {"Authorization": f"Bearer {secret}"}

    return make


@pytest.fixture
def export(client, bearer):
    """Return a function that downloads an export and returns the lines of the CSV and the objects of the NDJSON."""

    async def get(name, by=None, **parameters):
        headers = by or await bearer()
        as_csv = await client.get(f"/export/{name}.csv", params=parameters, headers=headers)
        as_json = await client.get(f"/export/{name}.ndjson", params=parameters, headers=headers)
        assert (as_csv.status_code, as_json.status_code) == (200, 200), as_csv.text
        lines = list(csv.DictReader(io.StringIO(as_csv.text, newline="")))
        objects = [json.loads(line) for line in as_json.text.splitlines()]
        assert len(lines) == len(objects)
        return lines, objects

    return get


@pytest.fixture
async def people(make_license, make_user):
    await make_license("superoffice.ten-sales", name="Sales Premium", total=5, plan=True)
    await make_license("superoffice.visible-for")
    await make_user("Åse Ødegård", login="ase", holds=["superoffice.ten-sales", "superoffice.visible-for"])
    await make_user("Bo", login="bo", email='bo "the man", Jr@example.com', can_log_in=False)


async def test_users_are_exported_with_their_licenses(export, people):
    lines, objects = await export("users")

    assert [line["name"] for line in lines] == ["Bo", "Inga Solheim", "Åse Ødegård"]
    assert lines[0]["email"] == 'bo "the man", Jr@example.com'
    assert (lines[0]["canLogIn"], lines[0]["lastLoginAt"], lines[0]["plan"]) == ("no", "", "")
    assert lines[2]["licenses"] == "superoffice.ten-sales superoffice.visible-for"
    assert (lines[2]["plan"], objects[2]["plan"]) == ("superoffice.ten-sales", "superoffice.ten-sales")
    assert objects[2]["licenses"] == ["superoffice.ten-sales", "superoffice.visible-for"]
    assert (objects[0]["canLogIn"], objects[0]["lastLoginAt"]) == (False, None)
    assert objects[0]["id"] == lines[0]["id"]


async def test_assignments_are_filtered_by_license(export, people):
    lines, _ = await export("assignments")
    assert [(line["login"], line["license"]) for line in lines] == [
        ("ase", "superoffice.ten-sales"), ("ase", "superoffice.visible-for")
    ]  # fmt: skip
    lines, _ = await export("assignments", license="superoffice.visible-for")
    assert [line["license"] for line in lines] == ["superoffice.visible-for"]
    assert (await export("assignments", license="superoffice.unknown"))[0] == []


async def test_licenses_are_exported_with_their_seats(export, people, make_license):
    await make_license("superoffice.server", scope=LicenseScope.SYSTEM)
    await make_license("superoffice.web", hidden=True)
    lines, objects = await export("licenses")

    assert {line["key"]: (line["total"], line["inUse"], line["available"]) for line in lines} == {
        "superoffice.ten-sales": ("5", "1", "4"),
        "superoffice.visible-for": ("", "1", ""),
        "superoffice.server": ("", "", ""),
    }
    assert objects[0]["total"] == 5
    assert len((await export("licenses", includeHidden="true"))[0]) == 4
    assert len((await export("licenses", scope="SYSTEM"))[0]) == 1


async def test_audit_log_is_exported_newest_first(export, context):
    async with unit_of_work(context) as unit:
        unit.record(AuditAction.SIGNED_IN)
        unit.record(AuditAction.SIGN_IN_REFUSED, login="=cmd|' /C calc'!A0", details=[("address", None, "10.0.0.1")])

    lines, objects = await export("audit", actions="SIGN_IN_REFUSED,SIGNED_IN")

    assert [line["action"] for line in lines] == ["SIGN_IN_REFUSED", "SIGNED_IN"]
    assert objects[0]["details"] == [{"name": "address", "before": None, "after": "10.0.0.1"}]
    assert json.loads(lines[0]["details"]) == objects[0]["details"]
    assert len((await export("audit", actions="SIGNED_IN"))[0]) == 1


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"search": "ÅSE"}, ["ase"]),
        ({"licenseType": "superoffice.ten-sales"}, ["ase"]),
        ({"hasLicense": "false"}, ["bo", "inga"]),
        ({"canLogIn": "false"}, ["bo"]),
        ({"category": "OTHER"}, []),
        ({"status": "RETIRED"}, []),
        ({"inactiveSince": "2026-01-01T00:00:00Z"}, ["bo", "inga", "ase"]),
    ],
    ids=str,
)
async def test_exports_take_the_filters_of_the_api(export, people, parameters, expected):
    assert [line["login"] for line in (await export("users", **parameters))[0]] == expected


@pytest.mark.parametrize(
    "query",
    ["unknown=1", "search=a&search=b", "hasLicense=perhaps", "category=NONE", "inactiveSince=2026-01-01", "search=%00",
     "search=" + "x" * 1001],
)  # fmt: skip
async def test_invalid_parameter_is_rejected(client, bearer, query):
    response = await client.get(f"/export/users.csv?{query}", headers=await bearer())

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize("path", ["/export/passwords.csv", "/export/users.xlsx", "/export/users"])
async def test_unknown_export_is_not_found(client, bearer, path):
    assert (await client.get(path, headers=await bearer())).status_code == 404


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("format", ["csv", "ndjson"])
async def test_exports_require_their_scopes(client, bearer, people, name, format):
    path = f"/export/{name}.{format}"

    assert (await client.get(path)).status_code == 401
    assert (await client.get(path, headers=await bearer(*EXPORTS[name]))).status_code == 200
    for lacking in EXPORTS[name]:
        refused = await client.get(path, headers=await bearer(*set(ApiScope) - {lacking}))
        assert refused.status_code == 403
        assert refused.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


async def test_other_installations_are_not_exported(export, people, other_installation):
    stranger = system_context(await other_installation(), actor=COMMAND_LINE, request_id="test-request")
    _, secret = await create_api_token(stranger, name="Export", scopes=set(ApiScope), vendor_id=None, expires_at=None)
    for name in EXPORTS:
        lines, _ = await export(name, by={"Authorization": f"Bearer {secret}"})
        assert [line.get("action") for line in lines] == (["API_TOKEN_CREATED"] * 1 if name == "audit" else [])


async def test_token_for_one_vendor_exports_that_vendor(export, bearer, people, make_vendor, make_license, make_user):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    await make_license("nordsync.connector")
    await make_user("Kari", login="kari", email="kari@example.com", holds=["nordsync.connector"])
    reads = (ApiScope.USERS_READ, ApiScope.LICENSES_READ, ApiScope.AUDIT_READ)

    seen = await bearer(*reads, vendor_id=vendor.id)
    assert [line["login"] for line in (await export("users", by=seen))[0]] == ["kari"]
    assert [line["license"] for line in (await export("assignments", by=seen))[0]] == ["nordsync.connector"]
    assert [line["key"] for line in (await export("licenses", by=seen))[0]] == ["nordsync.connector"]
    assert {line["vendor"] for line in (await export("audit", by=seen))[0]} == {"nordsync"}

    little = await bearer(*reads, ApiScope.USERS_WRITE, vendor_id=vendor.id)
    lines, objects = await export("users", by=little)
    assert {line["login"]: line["email"] for line in lines} == {
        "ase": "", "bo": "", "inga": "", "kari": "kari@example.com"
    }  # fmt: skip
    assert {line["login"]: line["licenses"] for line in lines}["ase"] == ""
    assert objects[0]["canLogIn"] is None


async def test_parameters_do_not_widen_a_vendor_token(export, bearer, people, make_vendor, offer):
    await offer({}, licenses=[grant("ten-sales", total=0, plan=True)])
    vendor = await make_vendor("nordsync", name="NordSync AS")
    bound = await bearer(*set(ApiScope) - {ApiScope.TOKENS_WRITE}, vendor_id=vendor.id)
    for name, parameters in {
        "users": {"licenseType": "superoffice.ten-sales"},
        "assignments": {"license": "superoffice.ten-sales"},
        "licenses": {"vendor": "superoffice"},
        "audit": {"vendor": "superoffice"},
        "surplus": {"vendor": "superoffice"},
    }.items():
        assert (await export(name, **parameters))[0] != []
        assert (await export(name, by=bound, **parameters))[0] == []


@pytest.mark.parametrize("text", ["=1+1", "+47 22 33 44", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''=1"])
def test_formulas_are_escaped_reversibly(text):
    assert escape_formula(text) == f"'{text}"
    assert unescape_formula(escape_formula(text)) == text


@pytest.mark.parametrize("text", ["", "a=1", "'quoted'", "O'Hara", "Åse"])
def test_other_cells_are_not_escaped(text):
    assert escape_formula(text) == text == unescape_formula(text)


async def test_name_with_a_formula_is_escaped(export, make_user):
    await make_user('=HYPERLINK("http://evil.example","A")', login="evil")
    lines, objects = await export("users", search="evil")

    assert lines[0]["name"] == '\'=HYPERLINK("http://evil.example","A")'
    assert objects[0]["name"] == '=HYPERLINK("http://evil.example","A")'


async def test_csv_follows_rfc_4180(client, bearer, make_user):
    await make_user('Tab "x", line\nbreak', login="odd")
    response = await client.get("/export/users.csv", params={"search": "odd"}, headers=await bearer())

    assert response.text.count("\r\n") == 2 and response.text.endswith("\r\n")
    assert '"Tab ""x"", line\nbreak"' in response.text
    assert response.headers["content-type"].startswith("text/csv; charset=utf-8")
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    assert response.headers["content-disposition"] == f'attachment; filename="seatkeeper-users-{day}.csv"'
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_list_of_several_batches_is_complete(context, export, make_user, installation):
    rows = []
    for number in range(2_500):
        texts: dict[str, Any] = {
            "name": f"Holder {number % 7}",
            "login": f"holder-{number}",
            "email": None,
            "group": None,
            "role": None,
        }
        rows.append({"installation_id": installation, "kind": "EMPLOYEE", "status": "ACTIVE", "can_log_in": True,
                     "is_administrator": False, "open_requests": 0, **texts,
                     **derived_columns(**texts, last_login_at=None)})  # fmt: skip
    await insert_rows(User, rows)

    lines, _ = await export("users", search="holder-")

    assert len({line["login"] for line in lines}) == len(lines) == 2_500
    assert [line["name"] for line in lines] == sorted(line["name"] for line in lines)


async def test_export_ends_when_credentials_expire(context, client, bearer, make_user, monkeypatch):
    monkeypatch.setattr(pagination, "BATCH_SIZE", 1)
    headers = await bearer()
    for number in range(5):
        await make_user(f"User {number}")
    lines = 0
    async with client.stream("GET", "/export/users.ndjson", headers=headers) as response:
        async for _ in response.aiter_lines():
            lines += 1
    assert lines == 6

    from resolvers.auth.api_tokens import authenticate_token
    from resolvers.context import Context
    from resolvers.errors import Unauthenticated
    from resolvers.user_criteria import UserCriteria
    from server.exports.downloads import _require_valid_credentials

    secret = headers["Authorization"].removeprefix("Bearer ")
    caller = Context(await authenticate_token(secret, context.now()), "test-request")
    batches = _require_valid_credentials(caller, exports.export_users(caller, UserCriteria()))
    assert len(await anext(batches)) == 1
    await ApiToken.all().update(revoked_at=context.now())
    with pytest.raises(Unauthenticated):
        await anext(batches)


@pytest.fixture
def cookie(administrator, client, post):
    """Return a function that signs the administrator in."""

    async def sign_in():
        await User.filter(id=administrator.id).update(password_hash=quick_hash(PASSWORD))
        await post(SIGN_IN, variables={"login": "inga", "password": PASSWORD})

    return sign_in


async def test_only_same_origin_links_download(client, cookie):
    await cookie()

    assert (await client.get("/export/users.csv", headers={"Sec-Fetch-Site": "same-origin"})).status_code == 200
    assert (await client.get("/export/users.csv", headers={"GraphQL-Require-Preflight": "1"})).status_code == 200
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "GraphQL-Require-Preflight": "1"},
        {"Origin": "https://evil.example", "GraphQL-Require-Preflight": "1"},
    ):
        assert (await client.get("/export/users.csv", headers=headers)).status_code == 403


async def test_surplus_marks_the_seats_to_remove(export, offer, make_license, make_user):
    await make_license("superoffice.ten-sales", name="Sales Premium", total=5, plan=True)
    day = datetime(2026, 1, 1, tzinfo=UTC)
    waiting = UserStatus.WAITING_FOR_APPROVAL
    await make_user("Waiting", status=waiting, holds=["superoffice.ten-sales"])
    await make_user("Away", can_log_in=False, holds=["superoffice.ten-sales"])
    await make_user("Busy", can_log_in=False, open_requests=1, holds=["superoffice.ten-sales"])
    await make_user("Never", holds=["superoffice.ten-sales"])
    await make_user("Today", last_login_at=day, holds=["superoffice.ten-sales"])
    await offer(
        {}, licenses=[{"code": "ten-sales", "name": "Sales Premium", "scope": "USER", "total": 2, "plan": True}]
    )
    assert (await License.get()).in_use == 5

    lines, objects = await export("surplus")

    assert [(line["login"], line["revoke"], line["blocker"]) for line in lines] == [
        ("waiting", "", ""), ("away", "x", ""), ("busy", "", "OPEN_REQUESTS"), ("never", "x", ""), ("today", "x", "")
    ]  # fmt: skip
    assert {line["seatsToRemove"] for line in lines} == {"3"}
    assert objects[0]["licenseId"] and objects[0]["userId"]


async def test_empty_csv_has_a_header_line(context):
    async def nothing():
        return
        yield

    chunks = [chunk async for chunk in encode_export(nothing(), exports.LicenseLine, ExportFormat.CSV)]
    assert b"".join(chunks).startswith(b"id,key,name,")
    assert [chunk async for chunk in encode_export(nothing(), exports.LicenseLine, ExportFormat.NDJSON)] == []


async def test_exports_allow_only_get(client, bearer):
    headers = await bearer()

    assert (await client.head("/export/users.csv", headers=headers)).status_code == 405
    assert (await client.post("/export/users.csv", headers=headers)).status_code == 405

"""The claims of a license document are validated, and errors name the claim at fault."""

import json
from datetime import UTC, datetime

import pytest

from licensing.documents.claims import LicenseDates, parse_claims
from licensing.documents.errors import FileInvalid
from licensing.enums import LicenseScope, UserKind
from tests.support.documents import ISSUED, claims, grant


def parsed(**overrides):
    return parse_claims(json.dumps(claims(**overrides)).encode())


def error_reason(payload):
    with pytest.raises(FileInvalid) as raised:
        parse_claims(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return str(raised.value.message.params["reason"])


def licenses(*grants):
    return claims(licenses=[*grants])


def test_omitted_claims_have_defaults():
    document = parsed()

    assert document.dates == LicenseDates()
    assert document.file_expires_at is None
    assert document.next_check_at is None
    assert document.issued_at == document.effective_at == ISSUED
    sales, tier, server = document.licenses
    assert (sales.plan, sales.hidden, sales.includes, sales.total) == (True, False, ("t2",), 5)
    assert (tier.plan, tier.hidden, tier.requires, tier.sort) == (False, True, None, 0)
    assert (server.scope, server.total, server.names, server.description) == (LicenseScope.SYSTEM, None, {}, None)


def test_given_claims_are_parsed():
    document = parsed(
        nbf=1_800_000_000,
        exp=1_900_000_000,
        next_check_at="2026-07-01T00:00:00Z",
        dates={"expires_at": "2027-01-01T00:00:00+01:00", "grace_ends_at": None},
        licenses=[grant("a", names={"nb": "Salg", "pt-BR": "Vendas"}, description="Sells.", sort=3)],
    )

    assert document.effective_at == datetime.fromtimestamp(1_800_000_000, UTC)
    assert document.file_expires_at == datetime.fromtimestamp(1_900_000_000, UTC)
    assert document.next_check_at == datetime(2026, 7, 1, tzinfo=UTC)
    assert document.dates == LicenseDates(expires_at=datetime(2026, 12, 31, 23, tzinfo=UTC))
    assert document.licenses[0].names == {"nb": "Salg", "pt-BR": "Vendas"}


def test_unknown_claims_are_ignored():
    assert parsed(color="red", licenses=[grant("a", color="red")]) == parsed(licenses=[grant("a")])


def test_plans_are_for_employees_by_default():
    plan, other, system = parsed(
        licenses=[grant("plan", plan=True), grant("other"), grant("cal", **{"for": ["SYSTEM"]})]
    ).licenses

    assert plan.user_kinds == {UserKind.EMPLOYEE}
    assert other.user_kinds == set(UserKind)
    assert system.user_kinds == {UserKind.SYSTEM}


@pytest.mark.parametrize("claim", ["iss", "sub", "jti", "seq", "iat", "owner", "vendor", "licenses"])
def test_missing_claim_is_named(claim):
    assert error_reason(claims(**{claim: ...})) == f"`{claim}` is missing"


@pytest.mark.parametrize("member", ["code", "name", "scope", "total"])
def test_missing_license_member_is_named(member):
    license = grant("a")
    del license[member]

    assert error_reason(licenses(license)) == f"`licenses[0].{member}` is missing"


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "Super Office"),
        ("iss", "superoffice\n"),
        ("iss", "s" * 101),
        ("sub", 1204417838),
        ("sub", "120441783"),
        ("sub", "12044178381"),
        ("sub", "١٢٠٤٤١٧٨٣٨"),
        ("jti", ""),
        ("seq", 0),
        ("seq", 2**31),
        ("seq", "1"),
        ("seq", 1.5),
        ("seq", True),
        ("iat", -1),
        ("iat", 10**12),
        ("iat", "2026-05-01"),
        ("exp", 1.5),
        ("owner", ""),
        ("owner", "  "),
        ("owner", "A\0S"),
        ("owner", "A\nS"),
        ("owner", "A" * 201),
        ("next_check_at", "2026-07-01T00:00:00"),
        ("next_check_at", "soon"),
        ("next_check_at", 1_800_000_000),
        ("next_check_at", "0001-01-01T00:00:00+05:00"),
        ("vendor", "SuperOffice AS"),
        ("licenses", {}),
    ],
)
def test_malformed_claim_is_named(claim, value):
    assert error_reason(claims(**{claim: value})).startswith(f"`{claim}` is ")


def test_error_names_the_expected_type():
    assert error_reason(claims(sub=1)) == "`sub` is malformed: expected `str`, got `int`"
    assert error_reason(claims(seq=0)) == "`seq` is malformed: expected `int` >= 1"
    assert error_reason(claims(owner="A\0S")) == "`owner` is malformed"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("code", "Ten-Sales"),
        ("code", "-ten"),
        ("code", "ten.sales"),
        ("name", "N" * 201),
        ("name", None),
        ("scope", "SITE"),
        ("total", -1),
        ("total", 2**31),
        ("total", "5"),
        ("total", 5.0),
        ("plan", 1),
        ("for", []),
        ("for", ["GUEST"]),
        ("description", "\0"),
        ("sort", 2**31),
    ],
)
def test_malformed_license_member_is_named(member, value):
    assert error_reason(licenses({**grant("a"), member: value})).startswith(f"`licenses[0].{member}")


def test_malformed_language_and_name_are_distinguished():
    assert error_reason(licenses(grant("a", names={"?": "Salg"}))) == "a name in `licenses[0].names` is malformed"
    assert error_reason(licenses(grant("a", names={"nb": ""}))) == "`licenses[0].names[...]` is malformed"


@pytest.mark.parametrize("instant", ["expires_at", "warn_at", "grace_ends_at", "maintenance_ends_at"])
def test_date_without_offset_is_rejected(instant):
    assert error_reason(claims(dates={instant: "2027-01-01T00:00:00"})).startswith(f"`dates.{instant}` is malformed")
    assert error_reason(claims(dates={instant: "9999-12-31T23:59:59-05:00"})) == f"`dates.{instant}` is out of range"


@pytest.mark.parametrize("claim", ["store_url", "support_url", "license_server"])
@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://shop.example/",
        "https://",
        "https:///x",
        "https://shop.example:port/",
        "https://[::1/",
        "https://shop.example/a b",
        "https://shop.example/\n",
        "https://user:password@shop.example/",
        "//shop.example/",
        "http://127.0.0.1.example/",
    ],
)
def test_vendor_urls_must_be_https(claim, address):
    assert f"`vendor.{claim}` is " in error_reason(claims(vendor={"name": "SuperOffice AS", claim: address}))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])
def test_loopback_license_server_may_use_http(host):
    vendor = {"name": "SuperOffice AS", "license_server": f"http://{host}:8800"}

    assert parsed(vendor=vendor).vendor.license_server == f"http://{host}:8800"
    assert error_reason(claims(vendor={"name": "A", "store_url": f"http://{host}/"})) == (
        "`vendor.store_url` is not an https address"
    )


@pytest.mark.parametrize(
    ("grants", "reason"),
    [
        ([grant("a"), grant("a")], "license `a` is listed twice"),
        ([grant("a", scope="SYSTEM", total=5)], "license `a` is a system license with a `total`"),
        ([grant("a", scope="SYSTEM", plan=True)], "license `a` is a `plan` but not a user license"),
        ([grant("a", includes=["b"]), grant("b")], "license `a` has `includes` without being a `plan`"),
        ([grant("a", plan=True, includes=["b"])], "license `a` includes `b`, which is not listed"),
        (
            [grant("a", plan=True, includes=["b", "b"]), grant("b")],
            "license `a` has a code in `includes` twice",
        ),
        ([grant("a", requires="b")], "license `a` requires `b`, which is not listed"),
        ([grant("a", requires="a")], "license `a` requires or includes itself"),
        ([grant("a", plan=True, includes=["a"])], "license `a` requires or includes itself"),
    ],
)
def test_inconsistent_license_is_named(grants, reason):
    assert error_reason(licenses(*grants)) == reason


@pytest.mark.parametrize(
    ("members", "name"),
    [('"seq": 9, ', "seq"), ('"licenses": [], ', "licenses"), ('"more": [{"a": {"b": 1, "b": 2}}], ', "b")],
)
def test_duplicate_member_is_named(members, name):
    text = json.dumps(claims(licenses=[])).replace("{", "{" + members, 1)

    assert error_reason(text.encode()) == f"`{name}` is stated twice"


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff", b"NaN", b'{"a": NaN}', b'"\\ud800"', b'{"a": "\\ud800"}', b"[" * 10_000, b"9" * 5_000]
)
def test_invalid_json_is_rejected(text):
    assert error_reason(text)


def test_licenses_end_with_the_grace_period():
    expiry, grace = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)

    assert LicenseDates().ends_at is None
    assert LicenseDates(grace_ends_at=grace).ends_at is None
    assert LicenseDates(expires_at=expiry).ends_at == expiry
    assert LicenseDates(expires_at=expiry, grace_ends_at=grace).ends_at == grace
    assert LicenseDates(expires_at=grace, grace_ends_at=expiry).ends_at == grace

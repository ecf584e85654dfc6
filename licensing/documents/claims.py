"""What a license document states: its claims, their shapes and what must hold between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from licensing.documents import strict_json
from licensing.documents.keys import NumericDate
from licensing.documents.strict_json import Malformed
from licensing.enums import LicenseScope, UserKind
from licensing.errors import FileInvalid
from licensing.messages import Message

# No pattern lets NUL through, which PostgreSQL refuses in a text.
Code = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]*\Z", max_length=100)]
SerialNumber = Annotated[str, Meta(pattern=r"\A[0-9]{10}\Z")]
Name = Annotated[str, Meta(pattern=r"\A(?=.*\S)[^\x00-\x1f\x7f]+\Z", max_length=200)]
Text = Annotated[str, Meta(pattern=r"\A[^\x00]*\Z", max_length=2000)]
Language = Annotated[str, Meta(pattern=r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z", max_length=35)]
Address = Annotated[str, Meta(pattern=r"\Ahttps?://[!-~]+\Z", max_length=1000)]
Instant = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]

_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


class LicenseGrant(msgspec.Struct, frozen=True, kw_only=True):
    """One license, as a document grants it and as it is in force."""

    code: Code
    name: Name
    names: dict[Language, Name] = {}
    description: Text | None = None
    descriptions: dict[Language, Text] = {}
    scope: LicenseScope
    total: Count | None
    plan: bool = False
    hidden: bool = False
    includes: tuple[Code, ...] = ()
    requires: Code | None = None
    kinds: Annotated[tuple[UserKind, ...], Meta(min_length=1)] | None = msgspec.field(default=None, name="for")
    sort: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] = 0

    @property
    def user_kinds(self) -> frozenset[UserKind]:
        """The kinds of user that may hold it: for a plan employees, else all, unless stated otherwise."""
        if self.kinds is not None:
            return frozenset(self.kinds)
        return frozenset({UserKind.EMPLOYEE}) if self.plan else frozenset(UserKind)


class LicenseDates(msgspec.Struct, frozen=True, kw_only=True):
    """The dates of a vendor's licenses; None is never."""

    warn_at: Instant | None = None
    expires_at: Instant | None = None
    grace_ends_at: Instant | None = None
    maintenance_ends_at: Instant | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When the licenses stop working, grace included."""
        if self.expires_at is None or self.grace_ends_at is None:
            return self.expires_at
        return max(self.expires_at, self.grace_ends_at)


class VendorClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What a vendor says of itself."""

    name: Name
    store_url: Address | None = None
    support_url: Address | None = None
    license_server: Address | None = None


class LicenseDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's statement of its whole set of licenses for one installation, named as in RFC 7519.

    Where `vendor` is None, the vendor said nothing of itself.
    """

    iss: Code
    sub: SerialNumber
    jti: Name
    seq: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    iat: NumericDate
    exp: NumericDate | None = None
    nbf: NumericDate | None = None
    owner: Name
    vendor: VendorClaims | None
    dates: LicenseDates = LicenseDates()
    next_check_at: Instant | None = None
    licenses: tuple[LicenseGrant, ...]

    @property
    def issued_at(self) -> datetime:
        """When it was issued."""
        return datetime.fromtimestamp(self.iat, UTC)

    @property
    def file_expires_at(self) -> datetime | None:
        """The last moment at which the file may be imported; None if there is none."""
        return None if self.exp is None else datetime.fromtimestamp(self.exp, UTC)

    @property
    def effective_at(self) -> datetime:
        """When it takes effect."""
        return datetime.fromtimestamp(self.iat if self.nbf is None else self.nbf, UTC)


class Claims(LicenseDocument, frozen=True, kw_only=True):
    """What a document of our own format states: there a vendor introduces itself."""

    vendor: VendorClaims


def parse_claims(payload: bytes, shape: type[LicenseDocument] = Claims) -> LicenseDocument:
    """The claims that a payload states, unknown ones left out.

    Raises:
        FileInvalid: A claim is missing, stated twice, of the wrong type or at odds with another; the reason names it.
    """
    try:
        claims = strict_json.decode(payload, shape)
        if claims.vendor:
            check_addresses(claims.vendor)
        _check_instants(claims)
        _check_licenses(claims.licenses)
    except Malformed as error:
        raise FileInvalid(reason=error.message) from None
    return claims


def check_addresses(vendor: VendorClaims) -> None:
    """Check that what a vendor says of itself leads to secure addresses.

    Raises:
        Malformed: One does not.
    """
    for claim in ("store_url", "support_url", "license_server"):
        address: str | None = getattr(vendor, claim)
        if address is None:
            continue
        try:
            parts = urlsplit(address)
            host, secure, _ = parts.hostname, parts.scheme == "https", parts.port
        except ValueError:
            raise Malformed(Message("`vendor.{claim}` is not an address", claim=claim)) from None
        if not host or parts.username is not None:
            raise Malformed(Message("`vendor.{claim}` is not an address", claim=claim))
        if not secure and not (claim == "license_server" and _LOOPBACK.fullmatch(host)):
            raise Malformed(Message("`vendor.{claim}` is not an https address", claim=claim))


def _check_instants(claims: LicenseDocument) -> None:
    instants = {f"dates.{field}": getattr(claims.dates, field) for field in claims.dates.__struct_fields__}
    for claim, instant in {**instants, "next_check_at": claims.next_check_at}.items():
        # Nearer the ends of the calendar, another time zone has no name for the instant.
        if instant is not None and not 1900 <= instant.year <= 9000:
            raise Malformed(Message("`{claim}` is out of range", claim=claim))


def _check_licenses(licenses: Iterable[LicenseGrant]) -> None:
    by_code: dict[str, LicenseGrant] = {}
    for license in licenses:
        if license.code in by_code:
            raise Malformed(Message("license `{code}` is listed twice", code=license.code))
        by_code[license.code] = license
    for license in by_code.values():
        _check_license(license, by_code)


def _check_license(license: LicenseGrant, listed: Mapping[str, LicenseGrant]) -> None:
    code = license.code
    if license.scope is LicenseScope.SYSTEM and license.total is not None:
        raise Malformed(Message("license `{code}` covers everyone and has a `total`", code=code))
    if license.plan and license.scope is not LicenseScope.USER:
        raise Malformed(Message("license `{code}` is a `plan` without being for users", code=code))
    if license.includes and not license.plan:
        raise Malformed(Message("license `{code}` has `includes` without being a `plan`", code=code))
    if len(set(license.includes)) != len(license.includes):
        raise Malformed(Message("license `{code}` has a code in `includes` twice", code=code))
    for other in license.includes:
        if other not in listed:
            raise Malformed(Message("license `{code}` includes `{other}`, which is not listed", code=code, other=other))
    if license.requires is not None and license.requires not in listed:
        raise Malformed(
            Message("license `{code}` requires `{other}`, which is not listed", code=code, other=license.requires)
        )
    if license.code in (license.requires, *license.includes):
        raise Malformed(Message("license `{code}` requires or includes itself", code=code))

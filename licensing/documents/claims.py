"""The claims of a license document: their types, and the rules that they must satisfy together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from licensing.documents import strict_json
from licensing.documents.errors import FileInvalid
from licensing.documents.keys import NumericDate
from licensing.documents.strict_json import Malformed
from licensing.enums import LicenseScope, UserKind
from licensing.messages import Message

# Every pattern excludes NUL, which PostgreSQL cannot store.
Code = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]*\Z", max_length=100)]
SerialNumber = Annotated[str, Meta(pattern=r"\A[0-9]{10}\Z")]
Name = Annotated[str, Meta(pattern=r"\A(?=.*\S)[^\x00-\x1f\x7f]+\Z", max_length=200)]
Text = Annotated[str, Meta(pattern=r"\A[^\x00]*\Z", max_length=2000)]
LanguageTag = Annotated[str, Meta(pattern=r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z", max_length=35)]
HttpUrl = Annotated[str, Meta(pattern=r"\Ahttps?://[!-~]+\Z", max_length=1000)]
AwareDatetime = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]

_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


class LicenseGrant(msgspec.Struct, frozen=True, kw_only=True):
    """One license, as a license document grants it or as it is in force."""

    code: Code
    name: Name
    names: dict[LanguageTag, Name] = {}
    description: Text | None = None
    descriptions: dict[LanguageTag, Text] = {}
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
        """The kinds of user that may hold the license: by default employees for a plan, all kinds otherwise."""
        if self.kinds is not None:
            return frozenset(self.kinds)
        return frozenset({UserKind.EMPLOYEE}) if self.plan else frozenset(UserKind)


class LicenseDates(msgspec.Struct, frozen=True, kw_only=True):
    """The dates of a vendor's licenses; a date that is None never comes."""

    warn_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    grace_ends_at: AwareDatetime | None = None
    maintenance_ends_at: AwareDatetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When the licenses stop working, at the end of any grace period."""
        if self.expires_at is None or self.grace_ends_at is None:
            return self.expires_at
        return max(self.expires_at, self.grace_ends_at)


class VendorClaims(msgspec.Struct, frozen=True, kw_only=True):
    """The vendor's details: its name and URLs."""

    name: Name
    store_url: HttpUrl | None = None
    support_url: HttpUrl | None = None
    license_server: HttpUrl | None = None


class LicenseClaims(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's claims about its complete set of licenses for one installation.

    The registered claims have their names of RFC 7519. `vendor` is None if the document has no vendor details.
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
    next_check_at: AwareDatetime | None = None
    licenses: tuple[LicenseGrant, ...]

    @property
    def issued_at(self) -> datetime:
        """When the document was issued."""
        return datetime.fromtimestamp(self.iat, UTC)

    @property
    def file_expires_at(self) -> datetime | None:
        """The last moment at which the file may be imported; None if it may be imported at any time."""
        return None if self.exp is None else datetime.fromtimestamp(self.exp, UTC)

    @property
    def effective_at(self) -> datetime:
        """When the licenses take effect."""
        return datetime.fromtimestamp(self.iat if self.nbf is None else self.nbf, UTC)


class JwsClaims(LicenseClaims, frozen=True, kw_only=True):
    """The claims of a JWS license file, in which the vendor's details are required."""

    vendor: VendorClaims


def parse_claims(payload: bytes, shape: type[LicenseClaims] = JwsClaims) -> LicenseClaims:
    """Return the claims in a JSON payload; unknown claims are ignored.

    Raises:
        FileInvalid: A claim is missing, duplicated, of the wrong type or inconsistent; the reason names it.
    """
    try:
        claims = strict_json.decode(payload, shape)
        if claims.vendor:
            check_vendor_urls(claims.vendor)
        _check_date_ranges(claims)
        _check_licenses(claims.licenses)
    except Malformed as error:
        raise FileInvalid(reason=error.message) from None
    return claims


def check_vendor_urls(vendor: VendorClaims) -> None:
    """Check that the vendor's URLs are HTTPS URLs; a license server on the loopback interface may use HTTP.

    Raises:
        Malformed: A URL is malformed, contains credentials or is not secure.
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


def _check_date_ranges(claims: LicenseClaims) -> None:
    dates = {f"dates.{field}": getattr(claims.dates, field) for field in claims.dates.__struct_fields__}
    for claim, date in {**dates, "next_check_at": claims.next_check_at}.items():
        # Outside of this range, a conversion to another time zone could overflow `datetime`.
        if date is not None and not 1900 <= date.year <= 9000:
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
        raise Malformed(Message("license `{code}` is a system license with a `total`", code=code))
    if license.plan and license.scope is not LicenseScope.USER:
        raise Malformed(Message("license `{code}` is a `plan` but not a user license", code=code))
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

"""What a Keygen license says, and the same in the words of our own documents.

A vendor says what Keygen has no words for in the license's `metadata`: the serial number, the license owner, the
licenses and their dates. Without `licenses` there is one plan, with `maxUsers` seats.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_URL, uuid5

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from licensing.documents import strict_json
from licensing.documents.claims import Count, Instant, LicenseDocument, LicenseGrant, Name, SerialNumber, parse_claims
from licensing.documents.formats.license_file import Reader
from licensing.enums import LicenseScope
from licensing.errors import FileInvalid
from licensing.messages import Message

PLAN = "license"
"""Code of the plan of a file that lists no licenses."""

_BEFORE_ALL_FILES = datetime(2020, 1, 1, tzinfo=UTC)


class _Metadata(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    serial_number: SerialNumber | None = None
    license_owner: Name | None = None
    licenses: tuple[LicenseGrant, ...] | None = None
    warn_at: Instant | None = None
    grace_ends_at: Instant | None = None
    maintenance_ends_at: Instant | None = None


class _Attributes(msgspec.Struct, frozen=True, rename="camel"):
    name: str | None = None
    key: str | None = None
    expiry: Instant | None = None
    status: str = "ACTIVE"
    max_users: Count | None = None
    metadata: _Metadata = _Metadata()


class _Data(msgspec.Struct, frozen=True):
    id: Annotated[str, Meta(pattern=r"\A[!-~]+\Z", max_length=100)]
    type: Literal["licenses"]
    attributes: _Attributes
    relationships: dict[str, Any] = {}
    """Nothing that counts here, but other readers miss it."""


class _IncludedAttributes(msgspec.Struct, frozen=True):
    name: str | None = None
    code: str | None = None


class _Included(msgspec.Struct, frozen=True):
    type: str
    attributes: _IncludedAttributes = _IncludedAttributes()


class _Meta(msgspec.Struct, frozen=True):
    issued: Instant
    expiry: Instant | None = None
    ttl: int | None = None


class _License(msgspec.Struct, frozen=True):
    meta: _Meta
    data: _Data
    included: tuple[_Included, ...] = ()


def parse(text: bytes, reader: Reader) -> LicenseDocument:
    """The claims that a Keygen license amounts to; the reader's where it does not say.

    Raises:
        FileInvalid: It is none, or says what no license document may.
    """
    try:
        license = strict_json.decode(text, _License)
    except strict_json.Malformed as error:
        raise FileInvalid(reason=error.message) from None
    meta, attributes, metadata = license.meta, license.data.attributes, license.data.attributes.metadata
    claims = {
        "iss": reader.vendor,
        "sub": _stated("serialNumber", metadata.serial_number, reader.serial_number),
        "jti": f"{license.data.id}@{meta.issued.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        # A license has no numbers for its files, but each is issued later than the one before.
        "seq": int((meta.issued - _BEFORE_ALL_FILES).total_seconds()),
        "iat": int(meta.issued.timestamp()),
        "exp": None if meta.expiry is None else int(meta.expiry.timestamp()),
        "owner": _stated("licenseOwner", metadata.license_owner, reader.license_owner),
        "vendor": None,
        "dates": {
            "warn_at": metadata.warn_at,
            "expires_at": attributes.expiry,
            "grace_ends_at": metadata.grace_ends_at,
            "maintenance_ends_at": metadata.maintenance_ends_at,
        },
        "licenses": _grants(license),
    }
    return parse_claims(msgspec.json.encode(claims), LicenseDocument)


def write(claims: LicenseDocument, license_key: str | None) -> bytes:
    """The Keygen license that amounts to these claims, but for `seq`, `jti`, `vendor` and `next_check_at`.

    Raises:
        FileInvalid: They take effect later than they are issued, which a Keygen license cannot say.
    """
    if claims.effective_at != claims.issued_at:
        raise FileInvalid(reason=Message("`nbf` is not `iat`, and a Keygen license is in effect once it is issued"))
    license_id = str(uuid5(NAMESPACE_URL, f"{claims.iss}/{claims.sub}"))
    dates = claims.dates
    metadata = _Metadata(
        serial_number=claims.sub,
        license_owner=claims.owner,
        licenses=claims.licenses,
        warn_at=dates.warn_at,
        grace_ends_at=dates.grace_ends_at,
        maintenance_ends_at=dates.maintenance_ends_at,
    )
    attributes = _Attributes(
        name=claims.owner, key=license_key or license_id, expiry=dates.expires_at, metadata=metadata
    )
    ttl = None if claims.exp is None else claims.exp - claims.iat
    license = _License(_Meta(claims.issued_at, claims.file_expires_at, ttl), _Data(license_id, "licenses", attributes))
    return msgspec.json.encode(license)


def _stated(name: str, stated: str | None, otherwise: str | None) -> str:
    if stated is None and otherwise is None:
        raise FileInvalid(reason=Message("`{claim}` is missing", claim=f"data.attributes.metadata.{name}"))
    return stated or otherwise or ""


def _grants(license: _License) -> tuple[LicenseGrant, ...]:
    """The licenses, and the entitlements as hidden features that every plan includes."""
    attributes = license.data.attributes
    listed = attributes.metadata.licenses
    if listed is None:
        name = _product(license.included) or attributes.name or "License"
        listed = (LicenseGrant(code=PLAN, name=name, scope=LicenseScope.USER, total=attributes.max_users, plan=True),)
    known = {grant.code for grant in listed}
    features = [feature for feature in _features(license.included) if feature.code not in known]
    codes = tuple(feature.code for feature in features)
    return (
        *(replace(grant, includes=(*grant.includes, *codes)) if grant.plan else grant for grant in listed),
        *features,
    )


def _product(included: Iterable[_Included]) -> str | None:
    return next((one.attributes.name for one in included if one.type == "products"), None)


def _features(included: Iterable[_Included]) -> Iterator[LicenseGrant]:
    for one in included:
        if one.type == "entitlements":
            entitlement = one.attributes.code or ""
            code = re.sub("[^a-z0-9]+", "-", entitlement.lower()).strip("-")
            name = one.attributes.name or entitlement
            yield LicenseGrant(code=code, name=name, scope=LicenseScope.USER, total=None, hidden=True)

"""Conversion between Keygen licenses and claims.

Keygen has no attributes for the serial number, the license owner, the licenses and some of their dates; vendors put
them into the license's `metadata`. Without `licenses` in it, the file grants one plan with `maxUsers` seats.
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
from licensing.documents.claims import (
    AwareDatetime,
    Count,
    LicenseClaims,
    LicenseGrant,
    Name,
    SerialNumber,
    parse_claims,
)
from licensing.documents.errors import FileInvalid
from licensing.documents.formats.license_file import ReadContext
from licensing.enums import LicenseScope
from licensing.messages import Message

PLAN = "license"
"""Code of the plan of a file that lists no licenses."""

_SEQUENCE_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


class _Metadata(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    serial_number: SerialNumber | None = None
    license_owner: Name | None = None
    licenses: tuple[LicenseGrant, ...] | None = None
    warn_at: AwareDatetime | None = None
    grace_ends_at: AwareDatetime | None = None
    maintenance_ends_at: AwareDatetime | None = None


class _Attributes(msgspec.Struct, frozen=True, rename="camel"):
    name: str | None = None
    key: str | None = None
    expiry: AwareDatetime | None = None
    status: str = "ACTIVE"
    max_users: Count | None = None
    metadata: _Metadata = _Metadata()


class _Data(msgspec.Struct, frozen=True):
    id: Annotated[str, Meta(pattern=r"\A[!-~]+\Z", max_length=100)]
    type: Literal["licenses"]
    attributes: _Attributes
    relationships: dict[str, Any] = {}
    """Ignored here, but required by Keygen's own client libraries."""


class _IncludedAttributes(msgspec.Struct, frozen=True):
    name: str | None = None
    code: str | None = None


class _Included(msgspec.Struct, frozen=True):
    type: str
    attributes: _IncludedAttributes = _IncludedAttributes()


class _Meta(msgspec.Struct, frozen=True):
    issued: AwareDatetime
    expiry: AwareDatetime | None = None
    ttl: int | None = None


class _License(msgspec.Struct, frozen=True):
    meta: _Meta
    data: _Data
    included: tuple[_Included, ...] = ()


def parse(text: bytes, reader: ReadContext) -> LicenseClaims:
    """Return a Keygen license converted to claims, with the context's values for those that it lacks.

    Raises:
        FileInvalid: The text is not a Keygen license, or cannot be converted to valid claims.
    """
    try:
        license = strict_json.decode(text, _License)
    except strict_json.Malformed as error:
        raise FileInvalid(reason=error.message) from None
    meta, attributes, metadata = license.meta, license.data.attributes, license.data.attributes.metadata
    claims = {
        "iss": reader.vendor,
        "sub": _require_value("serialNumber", metadata.serial_number, reader.serial_number),
        "jti": f"{license.data.id}@{meta.issued.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        # Keygen does not number files, but each is issued later than the previous item.
        "seq": int((meta.issued - _SEQUENCE_EPOCH).total_seconds()),
        "iat": int(meta.issued.timestamp()),
        "exp": None if meta.expiry is None else int(meta.expiry.timestamp()),
        "owner": _require_value("licenseOwner", metadata.license_owner, reader.license_owner),
        "vendor": None,
        "dates": {
            "warn_at": metadata.warn_at,
            "expires_at": attributes.expiry,
            "grace_ends_at": metadata.grace_ends_at,
            "maintenance_ends_at": metadata.maintenance_ends_at,
        },
        "licenses": _grants(license),
    }
    return parse_claims(msgspec.json.encode(claims), LicenseClaims)


def write(claims: LicenseClaims, license_key: str | None) -> bytes:
    """Return claims converted to a Keygen license, except for `seq`, `jti`, `vendor` and `next_check_at`.

    Raises:
        FileInvalid: The claims take effect later than they are issued, which a Keygen license cannot express.
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


def _require_value(name: str, value: str | None, default: str | None) -> str:
    if value is None and default is None:
        raise FileInvalid(reason=Message("`{claim}` is missing", claim=f"data.attributes.metadata.{name}"))
    return value or default or ""


def _grants(license: _License) -> tuple[LicenseGrant, ...]:
    """Return the licenses, and the entitlements as hidden features that every plan includes."""
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
    return next((item.attributes.name for item in included if item.type == "products"), None)


def _features(included: Iterable[_Included]) -> Iterator[LicenseGrant]:
    for item in included:
        if item.type == "entitlements":
            entitlement = item.attributes.code or ""
            code = re.sub("[^a-z0-9]+", "-", entitlement.lower()).strip("-")
            name = item.attributes.name or entitlement
            yield LicenseGrant(code=code, name=name, scope=LicenseScope.USER, total=None, hidden=True)

"""Factories of license documents. Keys are generated for each test run and never stored."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from licensing.documents.document import sign
from licensing.documents.keys import SigningKey, VerificationKey, generate_key, public_jwk, thumbprint

SERIAL = "1204417838"
OWNER = "Fjordlys Handel AS"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ISSUED = datetime(2026, 5, 1, tzinfo=UTC)
KEY = generate_key()
"""The vendor's key, by default."""


def grant(code: str, **members: Any) -> dict[str, Any]:
    """Return a license as in the claims of a document, by default with unlimited seats for users."""
    return {"code": code, "name": code.title(), "scope": "USER", "total": None, **members}


def claims(**overrides: Any) -> dict[str, Any]:
    """Return the claims of a small valid document; a claim given as `...` is left out."""
    members = {
        "iss": "superoffice",
        "sub": SERIAL,
        "jti": "document-1",
        "seq": 1,
        "iat": int(ISSUED.timestamp()),
        "owner": OWNER,
        "vendor": {"name": "SuperOffice AS"},
        "licenses": [
            grant("ten-sales", name="Sales Premium", total=5, plan=True, includes=["t2"]),
            grant("t2", name="Tier 2", hidden=True),
            grant("server", name="Server", scope="SYSTEM"),
        ],
        **overrides,
    }
    return {claim: value for claim, value in members.items() if value is not ...}


def signed(claims: Mapping[str, Any], key: SigningKey = KEY, *, check: bool = True) -> bytes:
    """Return a license file with these claims; `check=False` signs invalid claims as well."""
    return sign(claims, key, check=check).encode()


def trusted(key: SigningKey = KEY, vendor: str = "superoffice", **validity: datetime) -> VerificationKey:
    """Return the verification key of a signing key that an installation trusts."""
    jwk = public_jwk(key)
    return VerificationKey(kid=thumbprint(jwk), vendor=vendor, jwk=jwk, **validity)


def unix_time(moment: datetime) -> int:
    """Return an instant as a JSON Web Token states it."""
    return int(moment.timestamp())

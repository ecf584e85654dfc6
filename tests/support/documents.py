"""Makers of license documents, for all tests. Keys are made as they are needed and never written down."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from licensing.documents.document import sign
from licensing.documents.keys import SigningKey, TrustedKey, generate, public_jwk, thumbprint

SERIAL = "1204417838"
OWNER = "Fjordlys Handel AS"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ISSUED = datetime(2026, 5, 1, tzinfo=UTC)
KEY = generate()
"""The vendor's key, where no test needs one of its own."""


def grant(code: str, **members: Any) -> dict[str, Any]:
    """A license as a document states it: unlimited seats for users, unless stated otherwise."""
    return {"code": code, "name": code.title(), "scope": "USER", "total": None, **members}


def claims(**overrides: Any) -> dict[str, Any]:
    """The claims of a small valid document; a claim given as `...` is left out."""
    stated = {
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
    return {claim: value for claim, value in stated.items() if value is not ...}


def signed(claims: Mapping[str, Any], key: SigningKey = KEY, *, check: bool = True) -> bytes:
    """The license file with these claims; `check` off signs what is no license document."""
    return sign(claims, key, check=check).encode()


def trusted(key: SigningKey = KEY, vendor: str = "superoffice", **validity: datetime) -> TrustedKey:
    """The vendor's key as an installation trusts it."""
    jwk = public_jwk(key)
    return TrustedKey(kid=thumbprint(jwk), vendor=vendor, jwk=jwk, **validity)

"""Key pairs and signed documents for vendors. No other code handles private keys."""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from licensing.documents import keys, strict_json
from licensing.documents.claims import parse_claims
from licensing.documents.document import sign
from licensing.documents.errors import FileInvalid
from licensing.documents.formats import keygen
from licensing.documents.keys import SigningKey, generate_key, parse_private_jwk


def write_key_pair(vendor_key: str, folder: Path, *, key: SigningKey | None = None, replace: bool = False) -> Path:
    """Write a vendor's key pair as JWK files, the private key with mode 0600, and return the public key's path.

    Raises:
        FileExistsError: The private key exists and `replace` is false.
    """
    key = key or generate_key()
    private_path, public_path = folder / f"{vendor_key}.private.jwk", folder / f"{vendor_key}.public.jwk"
    folder.mkdir(parents=True, exist_ok=True)
    if replace:
        private_path.unlink(missing_ok=True)
    # Created with restricted permissions, so that the key is never readable by others.
    descriptor = os.open(private_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(_encode_jwk(key.as_dict(private=True)))
    public_path.write_text(_encode_jwk(keys.public_jwk(key)))
    return public_path


def sign_claims(claims: bytes, private_jwk: bytes, now: datetime) -> str:
    """Sign claims, given as JSON, and return the license file; `iat` and `jti` are added if missing.

    Raises:
        FileInvalid: The claims are malformed.
        FileTooLarge: The file would be larger than 256 KiB.
        Invalid: The key is not a private Ed25519 key.
    """
    return sign(_with_defaults(claims, now), parse_private_jwk(private_jwk))


def sign_claims_for_keygen(claims: bytes, private_jwk: bytes, now: datetime, license_key: str | None = None) -> str:
    """Sign claims, given as JSON, and return a Keygen license file, encrypted if there is a license key.

    Raises:
        FileInvalid: The claims are malformed, or the format does not support them.
        FileTooLarge: The file would be larger than 256 KiB.
        Invalid: The key is not a private Ed25519 key.
    """
    document = parse_claims(msgspec.json.encode(_with_defaults(claims, now)))
    return keygen.write(document, parse_private_jwk(private_jwk), license_key)


def _with_defaults(claims: bytes, now: datetime) -> dict[str, Any]:
    try:
        decoded = strict_json.decode(claims, dict[str, Any])
    except strict_json.Malformed as error:
        raise FileInvalid(reason=error.message) from None
    return {"iat": int(now.astimezone(UTC).timestamp()), "jti": secrets.token_hex(16)} | decoded


def _encode_jwk(members: dict[str, Any]) -> str:
    return json.dumps({name: members[name] for name in ("kty", "crv", "x", "d") if name in members}, indent=2) + "\n"

"""A vendor's side: key pairs, and documents signed with them. The only code that ever sees a private key."""

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
from licensing.documents.formats import keygen
from licensing.documents.keys import SigningKey, generate, parse_private_jwk
from licensing.errors import FileInvalid


def write_key_pair(vendor_key: str, folder: Path, *, key: SigningKey | None = None, replace: bool = False) -> Path:
    """Writes a vendor's key pair as JWKs, the private one for its owner alone, and returns the public one's path.

    Raises:
        FileExistsError: There is one already, and it is not to be replaced.
    """
    key = key or generate()
    private_path, public_path = folder / f"{vendor_key}.private.jwk", folder / f"{vendor_key}.public.jwk"
    folder.mkdir(parents=True, exist_ok=True)
    if replace:
        private_path.unlink(missing_ok=True)
    # Never readable by others, not even between making the file and restricting it.
    descriptor = os.open(private_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(_jwk(key.as_dict(private=True)))
    public_path.write_text(_jwk(keys.public_jwk(key)))
    return public_path


def sign_claims(claims: bytes, private_jwk: bytes, now: datetime) -> str:
    """The license file that makes these claims, which need not state when they are issued, `iat`, and a name, `jti`.

    Raises:
        FileInvalid: The claims are not those of a license document.
        FileTooLarge: They make a file larger than 256 KiB.
        Invalid: The key is no private Ed25519 key.
    """
    return sign(_completed(claims, now), parse_private_jwk(private_jwk))


def sign_claims_for_keygen(claims: bytes, private_jwk: bytes, now: datetime, license_key: str | None = None) -> str:
    """The same as a Keygen license file, encrypted if there is a license key.

    Raises:
        FileInvalid: The claims are not those of a license document, or such a file has no words for them.
        FileTooLarge: They make a file larger than 256 KiB.
        Invalid: The key is no private Ed25519 key.
    """
    stated = parse_claims(msgspec.json.encode(_completed(claims, now)))
    return keygen.write(stated, parse_private_jwk(private_jwk), license_key)


def _completed(claims: bytes, now: datetime) -> dict[str, Any]:
    try:
        stated = strict_json.decode(claims, dict[str, Any])
    except strict_json.Malformed as error:
        raise FileInvalid(reason=error.message) from None
    return {"iat": int(now.astimezone(UTC).timestamp()), "jti": secrets.token_hex(16)} | stated


def _jwk(members: dict[str, Any]) -> str:
    return json.dumps({name: members[name] for name in ("kty", "crv", "x", "d") if name in members}, indent=2) + "\n"

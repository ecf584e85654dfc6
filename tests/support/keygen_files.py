"""Keygen license files: samples published by Keygen, from the folder `KEYGEN_VECTORS`, or generated equivalents.

The generated files are built without the code under test.
"""

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licensing.documents.keys import PublicKey, SigningKey, parse_public_jwk
from tests.support.documents import KEY

FOLDER = os.environ.get("KEYGEN_VECTORS")
LICENSE_KEY = "8750AB-30B7BD-023BA9-31B601-4550A2-V3"
EXTERNAL_KEY = "e8601e48b69383ba520245fd07971e983d06d22c4257cfd82304601479cee788"
"""The public key of the published samples, in hex."""


@dataclass(frozen=True)
class Sample:
    """A license file and the values that it contains."""

    id: str
    data: bytes
    public_key: PublicKey
    license_key: str
    name: str
    feature: str
    license_expires_at: datetime | None
    file_expires_at: datetime | None


def license(**attributes: Any) -> dict[str, Any]:
    """Return a license resource of the Keygen API with one entitlement."""
    return {
        "data": {
            "id": "fbd3d7cf-d56f-4131-b2c0-ed028e3093f9",
            "type": "licenses",
            "attributes": {"name": "Example", "key": LICENSE_KEY, "expiry": None, "maxUsers": None, "metadata": {}}
            | attributes,
            "relationships": {},
        },
        "included": [
            {
                "id": "778329c4-7cbd-4a38-b160-d0d0b5ce89b9",
                "type": "entitlements",
                "attributes": {"name": "Offline Support", "code": "OFFLINE_SUPPORT", "metadata": {}},
            }
        ],
        "meta": {"issued": "2025-01-08T19:01:52.378Z", "expiry": None, "ttl": None},
    }


def encrypt(text: bytes, license_key: str = LICENSE_KEY) -> str:
    """Return the `enc` member of a file, encrypted with the license key."""
    nonce = os.urandom(12)
    both = AESGCM(hashlib.sha256(license_key.encode()).digest()).encrypt(nonce, text, None)
    return ".".join(base64.b64encode(part).decode() for part in (both[:-16], nonce, both[-16:]))


def envelope(enc: str, key: SigningKey = KEY) -> dict[str, str]:
    """Return the signed content of the armor."""
    signature = key.private_key.sign(f"license/{enc}".encode())
    alg = "aes-256-gcm+ed25519" if "." in enc else "base64+ed25519"
    return {"enc": enc, "sig": base64.b64encode(signature).decode(), "alg": alg}


def armored(content: str | bytes | dict[str, Any], width: int = 60) -> bytes:
    """Return a license file with the content in its armor."""
    if isinstance(content, dict):
        content = json.dumps(content, separators=(",", ":"))
    data = content.encode() if isinstance(content, str) else content
    text = base64.b64encode(data).decode()
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    return "\n".join(["-----BEGIN LICENSE FILE-----", *lines, "-----END LICENSE FILE-----", ""]).encode()


def keygen_file(resource: Any, license_key: str | None = LICENSE_KEY, key: SigningKey = KEY) -> bytes:
    """Return a license file with a license resource, encrypted if there is a license key."""
    text = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
    enc = base64.b64encode(text).decode() if license_key is None else encrypt(text, license_key)
    return armored(envelope(enc, key))


def _sample(
    id: str, name: str, license_key: str, issued: str, file_expiry: str | None, expiry: str | None, feature: str
) -> Sample:
    """Return the published sample if its folder is configured, else a generated file with the same values."""
    if FOLDER:
        data, in_hex, origin = (Path(FOLDER) / f"{id}.lic").read_bytes(), EXTERNAL_KEY, "published"
    else:
        resource = license(name=name, expiry=expiry)
        resource["included"][0]["attributes"]["code"] = feature
        resource["meta"] = {"issued": issued, "expiry": file_expiry, "ttl": file_expiry and 31_536_000}
        data, in_hex, origin = keygen_file(resource, license_key), KEY.public_key.public_bytes_raw().hex(), "generated"
    return Sample(
        id=f"{id} ({origin})",
        data=data,
        public_key=parse_public_jwk(in_hex),
        license_key=license_key,
        name=name,
        feature=feature.lower().replace("_", "-"),
        license_expires_at=_instant(expiry),
        file_expires_at=_instant(file_expiry),
    )


def _instant(text: str | None) -> datetime | None:
    """Parse a time and truncate it to seconds."""
    return datetime.fromisoformat(text).replace(microsecond=0) if text else None


NODE = _sample(
    "node",
    name="Node Example",
    license_key="DC00E8-CC6DA1-2E35BF-BBDC02-E80494-V3",
    issued="2024-04-10T14:57:45.517Z",
    file_expiry="2025-04-09T19:37:39.517Z",
    expiry=None,
    feature="OFFLINE_SUPPORT",
)
JS = _sample(
    "js",
    name="JS Example",
    license_key=LICENSE_KEY,
    issued="2025-01-08T19:01:52.378Z",
    file_expiry=None,
    expiry=None,
    feature="OFFLINE_SUPPORT",
)
CSHARP = _sample(
    "csharp",
    name="C# Example",
    license_key="AFCC0A-B8C07F-F77E6C-93FB02-9FC515-V3",
    issued="2023-08-09T16:10:02.433Z",
    file_expiry="2024-08-08T20:49:56.433Z",
    expiry="2024-08-08T20:49:31.455Z",
    feature="DEMO_ENTITLEMENT",
)
SAMPLES = [NODE, JS, CSHARP]

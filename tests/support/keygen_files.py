"""Keygen license files: those that others made, from the folder that `KEYGEN_VECTORS` names, else our own like them.

Own files are written by hand, without the code that they test.
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
OTHERS_KEY = "e8601e48b69383ba520245fd07971e983d06d22c4257cfd82304601479cee788"
"""With which the files of others are signed."""


@dataclass(frozen=True)
class Sample:
    """A license file and what is known of it."""

    id: str
    data: bytes
    public_key: PublicKey
    license_key: str
    name: str
    feature: str
    license_expires_at: datetime | None
    file_expires_at: datetime | None


def license(**attributes: Any) -> dict[str, Any]:
    """A license as Keygen states it, with an entitlement that says so."""
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


def sealed(text: bytes, license_key: str = LICENSE_KEY) -> str:
    """An `enc` that the license key opens."""
    nonce = os.urandom(12)
    both = AESGCM(hashlib.sha256(license_key.encode()).digest()).encrypt(nonce, text, None)
    return ".".join(base64.b64encode(part).decode() for part in (both[:-16], nonce, both[-16:]))


def envelope(enc: str, key: SigningKey = KEY) -> dict[str, str]:
    """What the armour holds, signed."""
    signature = key.private_key.sign(f"license/{enc}".encode())
    alg = "aes-256-gcm+ed25519" if "." in enc else "base64+ed25519"
    return {"enc": enc, "sig": base64.b64encode(signature).decode(), "alg": alg}


def armoured(written: str | bytes | dict[str, Any], width: int = 60) -> bytes:
    """The file around an envelope."""
    if isinstance(written, dict):
        written = json.dumps(written, separators=(",", ":"))
    data = written.encode() if isinstance(written, str) else written
    text = base64.b64encode(data).decode()
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    return "\n".join(["-----BEGIN LICENSE FILE-----", *lines, "-----END LICENSE FILE-----", ""]).encode()


def keygen_file(stated: Any, license_key: str | None = LICENSE_KEY, key: SigningKey = KEY) -> bytes:
    """A license file that states this, encrypted unless there is no license key."""
    text = stated if isinstance(stated, bytes) else json.dumps(stated).encode()
    enc = base64.b64encode(text).decode() if license_key is None else sealed(text, license_key)
    return armoured(envelope(enc, key))


def _sample(
    id: str, name: str, license_key: str, issued: str, file_expiry: str | None, expiry: str | None, feature: str
) -> Sample:
    """A file with these facts: the one of others, which must be there if the folder is named, or one of our own."""
    if FOLDER:
        data, in_hex, whose = (Path(FOLDER) / f"{id}.lic").read_bytes(), OTHERS_KEY, "others"
    else:
        stated = license(name=name, expiry=expiry)
        stated["included"][0]["attributes"]["code"] = feature
        stated["meta"] = {"issued": issued, "expiry": file_expiry, "ttl": file_expiry and 31_536_000}
        data, in_hex, whose = keygen_file(stated, license_key), KEY.public_key.public_bytes_raw().hex(), "our own"
    return Sample(
        id=f"{id} of {whose}",
        data=data,
        public_key=parse_public_jwk(in_hex),
        license_key=license_key,
        name=name,
        feature=feature.lower().replace("_", "-"),
        license_expires_at=_instant(expiry),
        file_expires_at=_instant(file_expiry),
    )


def _instant(text: str | None) -> datetime | None:
    """The whole second of it."""
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

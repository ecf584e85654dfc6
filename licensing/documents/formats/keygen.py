"""Keygen license files: JSON that is signed, and encrypted with the license key if the vendor likes, in ASCII armour.

The signature covers `license/` and `enc`. `alg` stands beside them unsigned, so the file does not choose how it is
verified: it names one of two ways, and its envelope has one spelling.
"""

import hashlib
import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from licensing.documents import strict_json
from licensing.documents.armor import LICENSE_FILE, MAX_BYTES
from licensing.documents.claims import LicenseDocument
from licensing.documents.formats import keygen_license
from licensing.documents.formats.license_file import Reader
from licensing.documents.keys import SigningKey, TrustedKey
from licensing.documents.strict_json import Malformed
from licensing.errors import FileInvalid, FileTooLarge, LicenseKeyInvalid
from licensing.messages import Message

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PLAIN: Final = "base64+ed25519"
ENCRYPTED: Final = "aes-256-gcm+ed25519"
NONCE_BYTES, TAG_BYTES = 12, 16


class _Envelope(msgspec.Struct, frozen=True):
    enc: str
    sig: str
    alg: Literal["base64+ed25519", "aes-256-gcm+ed25519"]


@dataclass(frozen=True)
class KeygenFile:
    """A Keygen license file, taken apart."""

    message: bytes
    signature: bytes
    parts: tuple[bytes, ...]
    """What is signed, decoded: the JSON; or ciphertext, nonce and tag."""
    key_id: None = None
    can_be_read_alone: bool = False

    @property
    def sha256(self) -> str:
        """SHA-256 of the signed bytes, in hex."""
        return hashlib.sha256(self.message).hexdigest()

    def is_signed_by(self, key: TrustedKey) -> bool:
        """Whether the signature is this key's."""
        return key.signed(self.message, self.signature)

    def claims(self, reader: Reader) -> LicenseDocument:
        """What it states, in our words; the reader's where it does not say.

        Raises:
            LicenseKeyInvalid: It is encrypted, and the reader has not the key.
            FileInvalid: It is not the JSON of a Keygen license, or says what no license document may.
        """
        return keygen_license.parse(self._json(reader.license_key), reader)

    def _json(self, license_key: str | None) -> bytes:
        from cryptography.exceptions import InvalidTag

        if len(self.parts) == 1:
            return self.parts[0]
        if not license_key:
            raise LicenseKeyInvalid(missing=True)
        ciphertext, nonce, tag = self.parts
        try:
            return _cipher(license_key).decrypt(nonce, ciphertext + tag, None)
        except InvalidTag:
            # The signature holds, so nothing was altered: it must be the key.
            raise LicenseKeyInvalid from None


def open_file(data: bytes) -> KeygenFile:
    """A Keygen license file, taken apart.

    Raises:
        FileTooLarge: It is larger than 256 KiB.
        FileInvalid: It is none, or not in the one spelling that Keygen's server writes.
    """
    encoded = LICENSE_FILE.unwrap(data)
    try:
        written = _decode(encoded)
        envelope = strict_json.decode(written, _Envelope)
        # Neither `sig` nor `alg` is signed: blanks, escapes, order and further members are no room to vary a file in.
        if written != _write_envelope(envelope):
            raise Malformed(Message("it is not written as Keygen writes it"))
        signature = _decode(envelope.sig)
        parts = tuple(_decode(part) for part in envelope.enc.split("."))
    except Malformed as error:
        raise FileInvalid(reason=Message("in its envelope {error}", error=error.message)) from None
    if envelope.alg == PLAIN:
        well_formed = len(parts) == 1
    else:
        well_formed = [len(part) for part in parts[1:]] == [NONCE_BYTES, TAG_BYTES]
    if not well_formed:
        raise FileInvalid(reason=Message("in its envelope `enc` is not what {algorithm} makes", algorithm=envelope.alg))
    return KeygenFile(_message(envelope.enc), signature, parts)


def write(claims: LicenseDocument, key: SigningKey, license_key: str | None = None) -> str:
    """The text of a Keygen license file with these claims, encrypted if there is a license key.

    Raises:
        FileInvalid: They state what such a file has no words for.
        FileTooLarge: They make a file larger than 256 KiB.
    """
    stated = keygen_license.write(claims, license_key)
    if license_key is None:
        parts: tuple[bytes, ...] = (stated,)
    else:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = _cipher(license_key).encrypt(nonce, stated, None)
        parts = (sealed[:-TAG_BYTES], nonce, sealed[-TAG_BYTES:])
    enc = ".".join(_encode(part) for part in parts)
    signature = key.private_key.sign(_message(enc))  # type: ignore[union-attr]
    envelope = _Envelope(enc, _encode(signature), PLAIN if license_key is None else ENCRYPTED)
    text = LICENSE_FILE.wrap(_encode(_write_envelope(envelope)))
    if len(text) > MAX_BYTES:
        raise FileTooLarge
    return text


def _message(enc: str) -> bytes:
    return f"license/{enc}".encode()


def _cipher(license_key: str) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hashlib.sha256(license_key.encode("utf-8", "surrogatepass")).digest())


def _write_envelope(envelope: _Envelope) -> bytes:
    return json.dumps(msgspec.structs.asdict(envelope), separators=(",", ":")).encode()


def _encode(data: bytes) -> str:
    return b64encode(data).decode()


def _decode(text: str) -> bytes:
    """Bytes from base64 (RFC 4648, section 4) in its one spelling: padded, nothing between, no stray bits at the end.

    Raises:
        Malformed: The text is not base64.
    """
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or _encode(data) != text:
        raise Malformed(Message("something is not base64"))
    return data

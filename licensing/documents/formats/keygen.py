"""Keygen's license files: signed JSON in ASCII armor, optionally encrypted with the license key.

The signature covers `license/` and `enc`, but not `alg`. So `alg` must be one of two known algorithms, and the envelope
must be in its canonical form.
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
from licensing.documents.claims import LicenseClaims
from licensing.documents.errors import FileInvalid, FileTooLarge, LicenseKeyInvalid
from licensing.documents.formats import keygen_license
from licensing.documents.formats.license_file import ReadContext
from licensing.documents.keys import SigningKey, VerificationKey
from licensing.documents.strict_json import Malformed
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
    """A Keygen license file, decoded but not verified."""

    message: bytes
    signature: bytes
    parts: tuple[bytes, ...]
    """The decoded parts of `enc`: the JSON, or the ciphertext, nonce and tag."""
    key_id: None = None
    is_self_contained: bool = False

    @property
    def sha256(self) -> str:
        """SHA-256 of the signed bytes, in hex."""
        return hashlib.sha256(self.message).hexdigest()

    def is_signed_by(self, key: VerificationKey) -> bool:
        """Return whether the file's signature was made with this key."""
        return key.verifies(self.message, self.signature)

    def claims(self, reader: ReadContext) -> LicenseClaims:
        """Return the license converted to claims, with the context's values for those that it lacks.

        Raises:
            LicenseKeyInvalid: The file is encrypted, and the license key is missing or wrong.
            FileInvalid: The content is not a Keygen license, or cannot be converted to valid claims.
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
            # The signature is valid, so the content was not altered: the license key is wrong.
            raise LicenseKeyInvalid from None


def open_file(data: bytes) -> KeygenFile:
    """Return a Keygen license file, decoded but not verified.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: The file is not a Keygen license file in the form in which Keygen's server writes it.
    """
    encoded = LICENSE_FILE.unwrap(data)
    try:
        written = _decode(encoded)
        envelope = strict_json.decode(written, _Envelope)
        # `sig` and `alg` are not signed: whitespace, escapes, order and more members must not allow variations.
        if written != _write_envelope(envelope):
            raise Malformed(Message("it is not in the form in which Keygen writes it"))
        signature = _decode(envelope.sig)
        parts = tuple(_decode(part) for part in envelope.enc.split("."))
    except Malformed as error:
        raise FileInvalid(reason=Message("in its envelope {error}", error=error.message)) from None
    if envelope.alg == PLAIN:
        well_formed = len(parts) == 1
    else:
        well_formed = [len(part) for part in parts[1:]] == [NONCE_BYTES, TAG_BYTES]
    if not well_formed:
        raise FileInvalid(
            reason=Message("in its envelope `enc` does not have the parts of {algorithm}", algorithm=envelope.alg)
        )
    return KeygenFile(_message(envelope.enc), signature, parts)


def write(claims: LicenseClaims, key: SigningKey, license_key: str | None = None) -> str:
    """Return the text of a Keygen license file with these claims, encrypted if there is a license key.

    Raises:
        FileInvalid: The format cannot express the claims.
        FileTooLarge: The file would be larger than 256 KiB.
    """
    content = keygen_license.write(claims, license_key)
    if license_key is None:
        parts: tuple[bytes, ...] = (content,)
    else:
        nonce = secrets.token_bytes(NONCE_BYTES)
        encrypted = _cipher(license_key).encrypt(nonce, content, None)
        parts = (encrypted[:-TAG_BYTES], nonce, encrypted[-TAG_BYTES:])
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
    """Return the bytes of canonical base64 (RFC 4648, section 4): padded, without whitespace or stray trailing bits.

    Raises:
        Malformed: The text is not base64.
    """
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or _encode(data) != text:
        raise Malformed(Message("a part is not base64"))
    return data

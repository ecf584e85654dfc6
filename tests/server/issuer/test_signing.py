import json
import stat
from base64 import b64decode
from datetime import UTC, datetime

import pytest
from joserfc.util import urlsafe_b64decode
from keygen_sh.config import KeygenConfig, set_config
from keygen_sh.errors import KeygenError
from keygen_sh.license_file import LicenseFile

from licensing.documents.document import verify
from licensing.documents.errors import FileInvalid
from licensing.documents.keys import parse_private_jwk, parse_public_jwk, public_jwk, thumbprint
from licensing.errors import Invalid
from server.issuer.signing import sign_claims, sign_claims_for_keygen, write_key_pair
from tests.support.documents import ISSUED, SERIAL, claims

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    write_key_pair("superoffice", tmp_path / "keys")
    return tmp_path / "keys"


def sign(folder, text):
    return sign_claims(text.encode(), (folder / "superoffice.private.jwk").read_bytes(), NOW)


def verified(folder, text):
    key = parse_public_jwk((folder / "superoffice.public.jwk").read_bytes()).trusted_for("superoffice")
    return verify(text.encode(), keys=[key], serial_number=SERIAL, now=NOW).claims


def test_private_key_is_readable_by_its_owner_only(folder):
    private = parse_private_jwk((folder / "superoffice.private.jwk").read_bytes())
    public = parse_public_jwk((folder / "superoffice.public.jwk").read_bytes())
    assert public.kid == thumbprint(public_jwk(private))
    assert stat.S_IMODE((folder / "superoffice.private.jwk").stat().st_mode) == 0o600


def test_existing_keys_are_not_overwritten(folder):
    before = (folder / "superoffice.public.jwk").read_text()
    with pytest.raises(FileExistsError):
        write_key_pair("superoffice", folder)
    assert (folder / "superoffice.public.jwk").read_text() == before


def test_signed_document_is_verified(folder):
    assert verified(folder, sign(folder, json.dumps(claims(jti="2026-17")))).jti == "2026-17"


def test_iat_and_jti_have_defaults(folder):
    document = verified(folder, sign(folder, json.dumps(claims(iat=..., jti=...))))
    assert document.issued_at == NOW
    assert len(document.jti) == 32


@pytest.mark.parametrize("text", ["", "[]", '{"seq": 1, "seq": 2}', json.dumps(claims(licenses=...))])
def test_invalid_claims_are_not_signed(folder, text):
    with pytest.raises(FileInvalid):
        sign(folder, text)


def keygen_file(folder, license_key=None, **stated):
    private_jwk = (folder / "superoffice.private.jwk").read_bytes()
    return sign_claims_for_keygen(json.dumps(claims(**stated)).encode(), private_jwk, NOW, license_key)


def test_keygen_sdk_reads_encrypted_files(folder):
    public = json.loads((folder / "superoffice.public.jwk").read_text())
    in_hex = urlsafe_b64decode(public["x"].encode()).hex()
    nowhere = {"api_url": "", "api_version": "", "api_prefix": "", "account": "", "product": ""}
    set_config(KeygenConfig(**nowhere, public_key=in_hex))
    exp, expires_at = datetime(2050, 1, 1, tzinfo=UTC), datetime(2049, 1, 1, tzinfo=UTC)
    text = keygen_file(folder, "AB12", exp=int(exp.timestamp()), dates={"expires_at": expires_at.isoformat()})

    file = LicenseFile.build_from_cert("AB12", text)
    file.verify()
    found = file.decrypt("AB12")

    assert (found.license.key, found.license.name) == ("AB12", "Fjordlys Handel AS")
    times = [moment.replace(tzinfo=UTC) for moment in (found.license.expiry, found.expiry, found.issued)]
    assert times == [expires_at, exp, ISSUED]
    with pytest.raises(KeygenError, match="Decryption failed"):
        LicenseFile.build_from_cert("another", text)
    set_config(KeygenConfig(**nowhere, public_key="00" * 32))
    with pytest.raises(KeygenError):
        file.verify()


def test_unencrypted_keygen_file_follows_the_specification(folder):
    """The Keygen SDK reads encrypted files only, so the envelope is checked here."""
    _, *lines, _ = keygen_file(folder).splitlines()
    envelope = json.loads(b64decode("".join(lines)))
    key = parse_public_jwk((folder / "superoffice.public.jwk").read_bytes()).trusted_for("superoffice")

    assert envelope["alg"] == "base64+ed25519"
    assert key.verifies(f"license/{envelope['enc']}".encode(), b64decode(envelope["sig"]))
    assert json.loads(b64decode(envelope["enc"]))["data"]["attributes"]["metadata"]["serialNumber"] == SERIAL


def test_claims_unsupported_by_keygen_are_rejected(folder):
    with pytest.raises(FileInvalid):
        keygen_file(folder, licenses=...)
    with pytest.raises(FileInvalid, match="nbf"):
        keygen_file(folder, nbf=int(NOW.timestamp()))


def test_public_key_cannot_sign(folder):
    with pytest.raises(Invalid, match="public key"):
        sign_claims(json.dumps(claims()).encode(), (folder / "superoffice.public.jwk").read_bytes(), NOW)

import json
import stat
from datetime import UTC, datetime

import pytest

from licensing.document import verify
from licensing.errors import FileInvalid, Invalid
from licensing.keys import parse_private_jwk, parse_public_jwk, public_jwk, thumbprint
from server.issuer import sign_claims, write_key_pair
from tests.documents import SERIAL, claims

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


def test_the_keys_are_a_pair_and_the_private_one_is_its_owners(folder):
    private = parse_private_jwk((folder / "superoffice.private.jwk").read_bytes())
    public = parse_public_jwk((folder / "superoffice.public.jwk").read_bytes())
    assert public.kid == thumbprint(public_jwk(private))
    assert stat.S_IMODE((folder / "superoffice.private.jwk").stat().st_mode) == 0o600


def test_keys_are_not_written_over(folder):
    before = (folder / "superoffice.public.jwk").read_text()
    with pytest.raises(FileExistsError):
        write_key_pair("superoffice", folder)
    assert (folder / "superoffice.public.jwk").read_text() == before


def test_what_is_signed_is_believed(folder):
    assert verified(folder, sign(folder, json.dumps(claims(jti="2026-17")))).jti == "2026-17"


def test_time_of_issue_and_name_are_filled_in(folder):
    document = verified(folder, sign(folder, json.dumps(claims(iat=..., jti=...))))
    assert document.issued_at == NOW
    assert len(document.jti) == 32


@pytest.mark.parametrize("text", ["", "[]", '{"seq": 1, "seq": 2}', json.dumps(claims(licenses=...))])
def test_claims_that_are_none_are_not_signed(folder, text):
    with pytest.raises(FileInvalid):
        sign(folder, text)


def test_a_public_key_signs_nothing(folder):
    with pytest.raises(Invalid, match="public key"):
        sign_claims(json.dumps(claims()).encode(), (folder / "superoffice.public.jwk").read_bytes(), NOW)

"""A license file is accepted only if a trusted key signed it, for this installation, unaltered."""

import base64
import gc
import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from licensing.documents.armor import MAX_BYTES, SIGNED_LICENSE
from licensing.documents.claims import parse_claims
from licensing.documents.document import check_file_dates, has_valid_signature, read_stored, sign, verify
from licensing.documents.errors import FileExpired, FileInvalid, FileTooLarge
from licensing.documents.formats.jws import MAX_HEADER_SIZE
from licensing.documents.keys import generate_key, public_jwk, thumbprint
from licensing.enums import UserErrorCode as Code
from licensing.errors import LicensingError
from tests.support.documents import ISSUED, KEY, NOW, SERIAL, claims, signed, trusted

wrap, unwrap = SIGNED_LICENSE.wrap, SIGNED_LICENSE.unwrap

DAY = timedelta(days=1)
PUBLIC = OKPKey.import_key({**public_jwk(KEY)})
KID = thumbprint(public_jwk(KEY))
SIGNED = signed(claims())
SMALL = signed(claims(licenses=[]))
WHITESPACE = b" \t\r\n"


def check(data, keys=None, serial_number=SERIAL, now=NOW):
    return verify(data, keys=[trusted()] if keys is None else keys, serial_number=serial_number, now=now)


def verification_error(data, **circumstances):
    with pytest.raises(LicensingError) as raised:
        check(data, **circumstances)
    return raised.value


def ed25519(key):
    return key.private_key.sign


VENDOR = ed25519(KEY)


def raw(header, payload, signature=VENDOR):
    """Return a license file with this header and payload, each bytes or an object, and a signature over them."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    message = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    encoded = base64.urlsafe_b64encode(signature(message)).rstrip(b"=")
    return wrap(f"{message.decode()}.{encoded.decode()}").encode()


def header(**members):
    return {"alg": "Ed25519", "typ": "license+jwt", "kid": KID, **members}


def test_signed_file_is_read():
    document = check(SIGNED)

    assert document.claims.owner == "Fjordlys Handel AS"
    assert [license.code for license in document.claims.licenses] == ["ten-sales", "t2", "server"]
    assert document.key_id == KID
    assert document.sha256 == hashlib.sha256(unwrap(SIGNED).encode()).hexdigest()


def test_signed_file_is_a_standard_jws():
    found = jws.deserialize_compact(unwrap(SIGNED), PUBLIC, algorithms=["Ed25519"])

    assert found.headers() == header()
    assert json.loads(found.payload) == claims()


# The checks in their order.


def test_file_over_256_kib_is_too_large():
    assert verification_error(b"\n" * MAX_BYTES + SIGNED).code is Code.FILE_TOO_LARGE


MALFORMED_HEADERS = {
    "not JSON": b"header",
    "not an object": b"[]",
    "UTF-16": json.dumps(header()).encode("utf-16"),
    "nested too deeply": b"[" * 100_000,
    "duplicate kid": json.dumps(header()).replace('"typ"', '"kid": "x", "typ"').encode(),
    "nested duplicate": json.dumps(header(more={})).replace("{}", '{"a": 1, "a": 1}').encode(),
    "another typ": header(typ="JWT"),
    "no typ": {"alg": "Ed25519", "kid": KID},
    "no kid": {"alg": "Ed25519", "typ": "license+jwt"},
    "no alg": {"typ": "license+jwt", "kid": KID},
    "a number as kid": header(kid=7),
    "NUL in kid": header(kid="\x00"),
    "critical b64": header(crit=["b64"], b64=False),
    "critical exp": header(crit=["exp"]),
    "empty crit": header(crit=[]),
    "null crit": header(crit=None),
}


@pytest.mark.parametrize("malformed", MALFORMED_HEADERS.values(), ids=MALFORMED_HEADERS)
def test_malformed_or_critical_header_is_invalid(malformed):
    assert verification_error(raw(malformed, claims())).code is Code.FILE_INVALID


PREPARATION_TIME = 0.05
"""Process seconds in which a hostile file is rejected; 10 ms, with a margin for slow machines."""


@pytest.fixture
def frozen_heap():
    """Exclude existing objects from garbage collection, as the server does, so that it does not count."""
    gc.freeze()
    yield
    gc.unfreeze()


def many_members(size):
    """Return JSON of a size in bytes: an object whose members have different names, except the last two."""
    names = [f'"{number:x}":0' for number in range(size // 9)]
    return ("{" + ",".join([*names, names[-1]]) + "}").encode()


def test_header_over_4_kib_is_rejected_before_parsing(measured, frozen_heap):
    hostile = raw(b"{" + b",".join(b'"%x":0' % number for number in range(21_000)) + b"}", claims())

    with measured("a JWS header with 21,000 members", most=PREPARATION_TIME, clock=time.process_time):
        error = verification_error(hostile)

    assert error.code is Code.FILE_INVALID
    assert "its header is larger than 4,096 bytes" in str(error.message)


def test_header_of_4_kib_is_accepted():
    padding = MAX_HEADER_SIZE - len(json.dumps(header(x="")))

    assert check(raw(header(x="x" * padding), claims())).claims.seq == 1
    assert verification_error(raw(header(x="x" * (padding + 1)), claims())).code is Code.FILE_INVALID


def test_duplicate_among_many_members_is_found_in_linear_time(measured, frozen_heap):
    payload = many_members(170_000)
    hostile = raw(header(), payload)
    assert 200_000 < len(hostile) <= MAX_BYTES

    with measured("228 kB of members, two of the same name", most=PREPARATION_TIME, clock=time.process_time):
        error = verification_error(hostile)

    assert "is stated twice" in str(error.message)


def test_other_file_is_invalid():
    assert verification_error(b"Dear customer, your licenses are attached.").code is Code.FILE_INVALID


def test_unknown_header_members_are_ignored():
    assert check(raw(header(x5t="…"), claims())).claims.seq == 1


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [trusted(generate_key())],
        [trusted(not_before=NOW + DAY)],
        [trusted(not_after=NOW)],
        [trusted(distrusted_at=NOW)],
    ],
    ids=["none", "another", "not yet valid", "no longer valid", "distrusted"],
)
def test_key_must_be_trusted_now(keys):
    assert verification_error(SIGNED, keys=keys).code is Code.SIGNING_KEY_UNKNOWN


def test_key_is_trusted_within_its_validity():
    key = trusted(not_before=NOW, not_after=NOW + DAY, distrusted_at=NOW + DAY)

    assert check(SIGNED, keys=[key]).key_id == KID


def test_signature_of_another_key_is_invalid():
    assert verification_error(raw(header(), claims(), ed25519(generate_key()))).code is Code.SIGNATURE_INVALID


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256", "Ed448", "ed25519", ""])
def test_header_cannot_choose_the_algorithm(alg):
    assert verification_error(raw(header(alg=alg), claims())).code is Code.SIGNATURE_INVALID


@pytest.mark.parametrize(
    "password",
    [PUBLIC.as_pem(), PUBLIC.as_der(), json.dumps(public_jwk(KEY)).encode(), public_jwk(KEY)["x"].encode()],
    ids=["PEM", "DER", "JWK", "x"],
)
def test_public_key_is_not_an_hmac_secret(password):
    forged = raw(header(alg="HS256"), claims(), lambda message: hmac.digest(password, message, "sha256"))

    assert verification_error(forged).code is Code.SIGNATURE_INVALID


def test_older_algorithm_name_is_accepted():
    assert check(raw(header(alg="EdDSA"), claims())).claims.seq == 1


@pytest.mark.parametrize("garbage", [b"\xff\xfe", b"{", b'{"iss": 1, "iss": 2}', b"[" * 50_000])
def test_claims_are_parsed_after_verification_only(garbage, monkeypatch):
    def fail(payload):
        raise AssertionError("the claims were parsed")

    monkeypatch.setattr("licensing.documents.formats.jws.parse_claims", fail)

    assert verification_error(raw(header(), garbage, ed25519(generate_key()))).code is Code.SIGNATURE_INVALID


@pytest.mark.parametrize("garbage", [b"\xff\xfe", b"{", b"[]", b"[" * 50_000, b"NaN"])
def test_signed_garbage_is_invalid(garbage):
    assert verification_error(raw(header(), garbage)).code is Code.FILE_INVALID


def test_missing_claim_of_signed_file_is_named():
    error = verification_error(signed(claims(owner=...), check=False))

    assert error.code is Code.FILE_INVALID
    assert "`owner` is missing" in str(error)


def test_key_of_another_vendor_is_rejected():
    assert verification_error(SIGNED, keys=[trusted(vendor="nordsync")]).code is Code.SIGNING_KEY_UNKNOWN


def test_key_may_be_trusted_for_two_vendors():
    assert check(SIGNED, keys=[trusted(vendor="nordsync"), trusted()]).claims.iss == "superoffice"


def test_file_for_another_installation_is_rejected():
    error = verification_error(SIGNED, serial_number="1010000004")

    assert error.code is Code.SERIAL_NUMBER_MISMATCH
    assert error.message.params == {"stated": SERIAL, "expected": "1010000004"}


def test_checks_run_in_order():
    """A file with several faults is rejected for the one that is checked first."""
    stranger = ed25519(generate_key())
    faulty = claims(iss="nordsync", sub="1010000004", owner=...)

    assert verification_error(raw(header(typ="JWT"), b"{", stranger), keys=[]).code is Code.FILE_INVALID
    assert verification_error(raw(header(alg="none"), b"{", stranger), keys=[]).code is Code.SIGNING_KEY_UNKNOWN
    assert verification_error(raw(header(), faulty, stranger)).code is Code.SIGNATURE_INVALID
    assert verification_error(raw(header(), faulty)).code is Code.FILE_INVALID
    assert verification_error(raw(header(), {**faulty, "owner": "A"})).code is Code.SIGNING_KEY_UNKNOWN
    assert verification_error(raw(header(), claims(sub="1010000004"))).code is Code.SERIAL_NUMBER_MISMATCH


def test_file_can_be_imported_until_it_expires():
    document = parse_claims(json.dumps(claims(exp=int(NOW.timestamp()))).encode())

    check_file_dates(document, NOW)
    with pytest.raises(FileExpired):
        check_file_dates(document, NOW + timedelta(microseconds=1))


def test_future_file_is_invalid_beyond_clock_skew():
    document = parse_claims(json.dumps(claims()).encode())

    check_file_dates(document, ISSUED - DAY)
    with pytest.raises(FileInvalid, match="`iat` is in the future"):
        check_file_dates(document, ISSUED - DAY - timedelta(microseconds=1))


def assert_rejected_or_whitespace(altered, position):
    """Check that an altered file is rejected, or that the altered byte is whitespace and the document the same."""
    try:
        document = check(altered)
    except LicensingError:
        return
    assert document == check(SMALL)
    assert altered[position] in WHITESPACE and SMALL[position] in WHITESPACE


@pytest.mark.parametrize("change", [1, 0x20, 0x80], ids=["lowest bit", "case", "highest bit"])
def test_every_altered_byte_is_rejected_unless_whitespace(change):
    for position, byte in enumerate(SMALL):
        assert_rejected_or_whitespace(SMALL[:position] + bytes([byte ^ change]) + SMALL[position + 1 :], position)


@given(position=st.integers(0, len(SMALL) - 1), value=st.sampled_from([*b"Aa0-_.=+/", *WHITESPACE, 0, 255]))
def test_every_replaced_byte_is_rejected_unless_whitespace(position, value):
    assume(value != SMALL[position])
    assert_rejected_or_whitespace(SMALL[:position] + bytes([value]) + SMALL[position + 1 :], position)


def test_signature_with_stray_bits_is_rejected():
    """The last character's four lowest bits are not part of the signature, so they must be zero."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    compact = unwrap(SIGNED)
    for unused_bits in range(1, 16):
        other = alphabet[alphabet.index(compact[-1]) ^ unused_bits]
        assert verification_error(wrap(compact[:-1] + other).encode()).code is Code.FILE_INVALID


def test_email_changes_do_not_alter_the_document():
    assert check(SIGNED.replace(b"\n", b" \r\n")) == check(SIGNED)


def test_invalid_claims_cannot_be_signed():
    with pytest.raises(FileInvalid, match="`seq`"):
        sign(claims(seq=0), KEY)
    with pytest.raises(FileTooLarge):
        sign(claims(note="x" * MAX_BYTES), KEY)


def test_stored_file_is_read_without_its_key():
    assert read_stored(SIGNED) == check(SIGNED).claims


def test_stored_signature_is_verified_with_distrusted_key():
    distrusted = trusted(distrusted_at=ISSUED)

    assert has_valid_signature(SIGNED, [distrusted])
    assert not has_valid_signature(raw(header(), claims(), ed25519(generate_key())), [distrusted])
    assert not has_valid_signature(SIGNED, [trusted(generate_key())])

"""A license file is used only if a trusted key signed it, for this installation, unaltered."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from licensing.documents.armor import MAX_BYTES, SIGNED_LICENSE
from licensing.documents.document import check_file_dates, has_valid_signature, parse_claims, read_stored, sign, verify
from licensing.documents.keys import generate, public_jwk, thumbprint
from licensing.enums import UserErrorCode as Code
from licensing.errors import FileExpired, FileInvalid, FileTooLarge, LicensingError
from tests.support.documents import ISSUED, KEY, NOW, SERIAL, claims, signed, trusted

wrap, unwrap = SIGNED_LICENSE.wrap, SIGNED_LICENSE.unwrap

DAY = timedelta(days=1)
PUBLIC = OKPKey.import_key({**public_jwk(KEY)})
KID = thumbprint(public_jwk(KEY))
SIGNED = signed(claims())
SMALL = signed(claims(licenses=[]))
WHITE_SPACE = b" \t\r\n"


def check(data, keys=None, serial_number=SERIAL, now=NOW):
    return verify(data, keys=[trusted()] if keys is None else keys, serial_number=serial_number, now=now)


def refused(data, **circumstances):
    with pytest.raises(LicensingError) as refusal:
        check(data, **circumstances)
    return refusal.value


def ed25519(key):
    return key.private_key.sign


VENDOR = ed25519(KEY)


def raw(header, payload, signature=VENDOR):
    """A file with this header and payload as they are, bytes or JSON, and a signature over them."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    message = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    encoded = base64.urlsafe_b64encode(signature(message)).rstrip(b"=")
    return wrap(f"{message.decode()}.{encoded.decode()}").encode()


def header(**members):
    return {"alg": "Ed25519", "typ": "license+jwt", "kid": KID, **members}


def test_a_signed_file_is_read():
    document = check(SIGNED)

    assert document.claims.owner == "Fjordlys Handel AS"
    assert [license.code for license in document.claims.licenses] == ["ten-sales", "t2", "server"]
    assert document.key_id == KID
    assert document.sha256 == hashlib.sha256(unwrap(SIGNED).encode()).hexdigest()


def test_any_jose_library_can_verify_what_is_signed():
    found = jws.deserialize_compact(unwrap(SIGNED), PUBLIC, algorithms=["Ed25519"])

    assert found.headers() == header()
    assert json.loads(found.payload) == claims()


# The table of domain.md, 5, row by row.


def test_1_a_file_over_256_kib_is_too_large():
    assert refused(b"\n" * MAX_BYTES + SIGNED).code is Code.FILE_TOO_LARGE


MALFORMED_HEADERS = {
    "not JSON": b"header",
    "no object": b"[]",
    "UTF-16": json.dumps(header()).encode("utf-16"),
    "deep": b"[" * 100_000,
    "kid twice": json.dumps(header()).replace('"typ"', '"kid": "x", "typ"').encode(),
    "twice within": json.dumps(header(more={})).replace("{}", '{"a": 1, "a": 1}').encode(),
    "another typ": header(typ="JWT"),
    "no typ": {"alg": "Ed25519", "kid": KID},
    "no kid": {"alg": "Ed25519", "typ": "license+jwt"},
    "no alg": {"typ": "license+jwt", "kid": KID},
    "a number as kid": header(kid=7),
    "NUL in kid": header(kid="\x00"),
    "b64 is critical": header(crit=["b64"], b64=False),
    "exp is critical": header(crit=["exp"]),
    "nothing is critical": header(crit=[]),
    "null is critical": header(crit=None),
}


@pytest.mark.parametrize("malformed", MALFORMED_HEADERS.values(), ids=MALFORMED_HEADERS)
def test_2_a_header_that_is_malformed_or_demands_too_much_is_invalid(malformed):
    assert refused(raw(malformed, claims())).code is Code.FILE_INVALID


def test_2_what_is_no_license_file_is_invalid():
    assert refused(b"Dear customer, your licenses are attached.").code is Code.FILE_INVALID


def test_2_members_of_the_header_that_nobody_knows_are_ignored():
    assert check(raw(header(x5t="…"), claims())).claims.seq == 1


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [trusted(generate())],
        [trusted(not_before=NOW + DAY)],
        [trusted(not_after=NOW)],
        [trusted(distrusted_at=NOW)],
    ],
    ids=["none", "another", "not yet valid", "no longer valid", "distrusted"],
)
def test_3_a_key_must_be_trusted_at_this_moment(keys):
    assert refused(SIGNED, keys=keys).code is Code.SIGNING_KEY_UNKNOWN


def test_3_a_key_is_trusted_within_its_validity_and_until_it_is_distrusted():
    key = trusted(not_before=NOW, not_after=NOW + DAY, distrusted_at=NOW + DAY)

    assert check(SIGNED, keys=[key]).key_id == KID


def test_4_a_signature_of_another_key_is_invalid():
    assert refused(raw(header(), claims(), ed25519(generate()))).code is Code.SIGNATURE_INVALID


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256", "Ed448", "ed25519", ""])
def test_4_the_key_decides_the_algorithm_not_the_header(alg):
    assert refused(raw(header(alg=alg), claims())).code is Code.SIGNATURE_INVALID


@pytest.mark.parametrize(
    "password",
    [PUBLIC.as_pem(), PUBLIC.as_der(), json.dumps(public_jwk(KEY)).encode(), public_jwk(KEY)["x"].encode()],
    ids=["PEM", "DER", "JWK", "x"],
)
def test_4_a_public_key_is_no_password(password):
    forged = raw(header(alg="HS256"), claims(), lambda message: hmac.digest(password, message, "sha256"))

    assert refused(forged).code is Code.SIGNATURE_INVALID


def test_4_the_older_name_of_the_algorithm_is_read():
    assert check(raw(header(alg="EdDSA"), claims())).claims.seq == 1


@pytest.mark.parametrize("garbage", [b"\xff\xfe", b"{", b'{"iss": 1, "iss": 2}', b"[" * 50_000])
def test_4_claims_are_not_looked_at_before_the_signature_holds(garbage, monkeypatch):
    def read_too_early(payload):
        raise AssertionError("the claims were parsed")

    monkeypatch.setattr("licensing.documents.document.parse_claims", read_too_early)

    assert refused(raw(header(), garbage, ed25519(generate()))).code is Code.SIGNATURE_INVALID


@pytest.mark.parametrize("garbage", [b"\xff\xfe", b"{", b"[]", b"[" * 50_000, b"NaN"])
def test_5_a_signature_makes_no_sense_of_garbage(garbage):
    assert refused(raw(header(), garbage)).code is Code.FILE_INVALID


def test_5_a_missing_claim_is_named():
    refusal = refused(signed(claims(owner=...), check=False))

    assert refusal.code is Code.FILE_INVALID
    assert "`owner` is missing" in str(refusal)


def test_6_a_key_signs_only_for_the_vendor_that_it_is_trusted_for():
    assert refused(SIGNED, keys=[trusted(vendor="nordsync")]).code is Code.SIGNING_KEY_UNKNOWN


def test_6_a_key_may_be_trusted_for_two_vendors():
    assert check(SIGNED, keys=[trusted(vendor="nordsync"), trusted()]).claims.iss == "superoffice"


def test_7_a_file_is_for_one_installation():
    refusal = refused(SIGNED, serial_number="1010000004")

    assert refusal.code is Code.SERIAL_NUMBER_MISMATCH
    assert refusal.message.facts == {"stated": SERIAL, "expected": "1010000004"}


def test_the_checks_run_in_the_order_of_the_table():
    """A file with every fault is refused for the first of those that are left."""
    stranger = ed25519(generate())
    faulty = claims(iss="nordsync", sub="1010000004", owner=...)

    assert refused(raw(header(typ="JWT"), b"{", stranger), keys=[]).code is Code.FILE_INVALID
    assert refused(raw(header(alg="none"), b"{", stranger), keys=[]).code is Code.SIGNING_KEY_UNKNOWN
    assert refused(raw(header(), faulty, stranger)).code is Code.SIGNATURE_INVALID
    assert refused(raw(header(), faulty)).code is Code.FILE_INVALID
    assert refused(raw(header(), {**faulty, "owner": "A"})).code is Code.SIGNING_KEY_UNKNOWN
    assert refused(raw(header(), claims(sub="1010000004"))).code is Code.SERIAL_NUMBER_MISMATCH


def test_9_a_file_may_be_imported_until_its_last_moment():
    document = parse_claims(json.dumps(claims(exp=int(NOW.timestamp()))).encode())

    check_file_dates(document, NOW)
    with pytest.raises(FileExpired):
        check_file_dates(document, NOW + timedelta(microseconds=1))


def test_9_a_file_from_the_future_is_invalid_but_a_clock_may_be_a_day_off():
    document = parse_claims(json.dumps(claims()).encode())

    check_file_dates(document, ISSUED - DAY)
    with pytest.raises(FileInvalid, match="`iat` is in the future"):
        check_file_dates(document, ISSUED - DAY - timedelta(microseconds=1))


def same_or_refused(altered, position):
    try:
        document = check(altered)
    except LicensingError:
        return
    assert document == check(SMALL)
    assert altered[position] in WHITE_SPACE and SMALL[position] in WHITE_SPACE


@pytest.mark.parametrize("change", [1, 0x20, 0x80], ids=["lowest bit", "case", "highest bit"])
def test_each_byte_altered_is_refused_or_was_white_space(change):
    for position, byte in enumerate(SMALL):
        same_or_refused(SMALL[:position] + bytes([byte ^ change]) + SMALL[position + 1 :], position)


@given(position=st.integers(0, len(SMALL) - 1), value=st.sampled_from([*b"Aa0-_.=+/", *WHITE_SPACE, 0, 255]))
def test_each_byte_replaced_is_refused_or_was_white_space(position, value):
    assume(value != SMALL[position])
    same_or_refused(SMALL[:position] + bytes([value]) + SMALL[position + 1 :], position)


def test_the_last_character_of_a_signature_has_one_spelling():
    """Its four lowest bits mean nothing, and so could be varied without breaking the signature."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    compact = unwrap(SIGNED)
    for meaningless in range(1, 16):
        other = alphabet[alphabet.index(compact[-1]) ^ meaningless]
        assert refused(wrap(compact[:-1] + other).encode()).code is Code.FILE_INVALID


def test_a_document_is_the_same_whatever_mail_did_to_the_file():
    assert check(SIGNED.replace(b"\n", b" \r\n")) == check(SIGNED)


def test_a_vendor_cannot_sign_by_mistake_what_nobody_could_import():
    with pytest.raises(FileInvalid, match="`seq`"):
        sign(claims(seq=0), KEY)
    with pytest.raises(FileTooLarge):
        sign(claims(note="x" * MAX_BYTES), KEY)


def test_a_stored_file_is_read_again_whatever_has_become_of_its_key():
    assert read_stored(SIGNED) == check(SIGNED).claims


def test_the_signature_of_a_stored_file_can_still_be_checked_once_its_key_is_distrusted():
    distrusted = trusted(distrusted_at=ISSUED)

    assert has_valid_signature(SIGNED, [distrusted])
    assert not has_valid_signature(raw(header(), claims(), ed25519(generate())), [distrusted])
    assert not has_valid_signature(SIGNED, [trusted(generate())])

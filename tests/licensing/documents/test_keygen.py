"""A Keygen license file is accepted only if a trusted key signed it, unaltered, and the license key decrypts it."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.documents.armor import MAX_BYTES
from licensing.documents.claims import LicenseClaims, parse_claims
from licensing.documents.document import check_file_dates, has_valid_signature, read_stored, sign, verify
from licensing.documents.errors import FileExpired, FileInvalid, FileTooLarge
from licensing.documents.formats import keygen
from licensing.documents.keys import generate_key
from licensing.enums import LicenseScope
from licensing.enums import UserErrorCode as Code
from licensing.errors import LicensingError
from tests.support.documents import ISSUED, KEY, NOW, OWNER, SERIAL, claims, grant, trusted
from tests.support.keygen_files import (
    CSHARP,
    JS,
    LICENSE_KEY,
    NODE,
    SAMPLES,
    Sample,
    armored,
    encrypt,
    envelope,
    keygen_file,
    license,
)

DAY = timedelta(days=1)
ENCODINGS = pytest.mark.parametrize("license_key", [None, LICENSE_KEY], ids=["base64", "aes-256-gcm"])
EACH = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)


def check(data, keys=None, license_key=LICENSE_KEY, now=NOW, license_owner=OWNER):
    """Verify a file, by default for an installation with a serial number and a license owner."""
    return verify(
        data,
        keys=[trusted()] if keys is None else keys,
        serial_number=SERIAL,
        now=now,
        default_serial_number=SERIAL if license_owner else None,
        default_license_owner=license_owner,
        license_key=license_key,
    )


def read(sample: Sample, data=None, license_key=None):
    keys = [sample.public_key.trusted_for("superoffice")]
    return check(sample.data if data is None else data, keys, license_key or sample.license_key)


def verification_error(data, **circumstances):
    with pytest.raises(LicensingError) as raised:
        check(data, **circumstances)
    return raised.value


def with_metadata(**metadata):
    return license(metadata=metadata)


@EACH
def test_sample_file_is_read(sample):
    document = read(sample)

    plan, feature = document.claims.licenses
    assert (plan.code, plan.name) == ("license", sample.name)
    assert (plan.scope, plan.plan, plan.total) == (LicenseScope.USER, True, None)
    assert plan.includes == (sample.feature,)
    assert (feature.code, feature.hidden) == (sample.feature, True)
    assert document.key_id == sample.public_key.kid
    assert (document.claims.iss, document.claims.sub, document.claims.owner) == ("superoffice", SERIAL, OWNER)
    assert document.claims.vendor is None


@EACH
def test_file_and_license_expire_separately(sample):
    document = read(sample).claims

    assert document.file_expires_at == sample.file_expires_at
    stated = document.dates.expires_at
    assert (stated and stated.replace(microsecond=0)) == sample.license_expires_at


@pytest.mark.parametrize("sample", [NODE, CSHARP], ids=lambda sample: sample.id)
def test_expired_file_is_rejected(sample):
    document = read(sample).claims

    check_file_dates(document, sample.file_expires_at)
    with pytest.raises(FileExpired):
        check_file_dates(document, sample.file_expires_at + timedelta(seconds=1))


def test_file_without_expiry_is_accepted():
    check_file_dates(read(JS).claims, NOW + 1000 * DAY)


@EACH
def test_every_altered_byte_is_rejected(sample):
    """Includes the bytes that decryption does not authenticate."""
    for position, byte in enumerate(sample.data):
        with pytest.raises(LicensingError):
            read(sample, sample.data[:position] + bytes([byte ^ 1]) + sample.data[position + 1 :])
            pytest.fail(f"byte {position} was altered unnoticed")


@EACH
@given(data=st.data())
def test_every_replaced_byte_is_rejected_unless_whitespace(sample, data):
    position = data.draw(st.integers(0, len(sample.data) - 1))
    value = data.draw(st.sampled_from([*b"AQgwBRhx+/=- \t\r\n", 0, 255]))
    altered = sample.data[:position] + bytes([value]) + sample.data[position + 1 :]
    try:
        document = read(sample, altered)
    except LicensingError:
        return
    assert document == read(sample)
    assert altered == sample.data or (value in b" \t\r\n" and sample.data[position] in b" \t\r\n")


@EACH
def test_wrong_license_key_is_rejected(sample):
    with pytest.raises(LicensingError) as raised:
        read(sample, license_key="another")
    assert raised.value.code is Code.LICENSE_KEY_INVALID


def test_encrypted_file_requires_its_license_key():
    for license_key in (None, ""):
        error = verification_error(JS.data, keys=[JS.public_key.trusted_for("superoffice")], license_key=license_key)
        assert error.code is Code.LICENSE_KEY_INVALID
        assert "Give the license key" in str(error)


def test_unencrypted_file_needs_no_license_key():
    assert check(keygen_file(license(), None), license_key=None).claims.licenses[0].name == "Example"


# `sig`, `alg` and the armor are not signed, but each has one canonical form. In each of these files, the signed part is
# intact and decryption succeeds.

ENC = encrypt(json.dumps(license()).encode())
SIGNED = envelope(ENC)
WRITTEN = json.dumps(SIGNED, separators=(",", ":"))
LAST = SIGNED["sig"][:85]
VARIED = {
    "a zero signature": armored({**SIGNED, "sig": base64.b64encode(bytes(64)).decode()}),
    "signed by another": armored(envelope(ENC, generate_key())),
    "a short signature": armored({**SIGNED, "sig": base64.b64encode(bytes(10)).decode()}),
    "no signature": armored({**SIGNED, "sig": ""}),
    "a signature with stray bits": armored({**SIGNED, "sig": LAST + chr(ord(SIGNED["sig"][85]) + 1) + "=="}),
    "a signature without padding": armored({**SIGNED, "sig": SIGNED["sig"][:86]}),
    "a signature in two lines": armored({**SIGNED, "sig": SIGNED["sig"][:20] + "\n" + SIGNED["sig"][20:]}),
    "another encoding": armored({**SIGNED, "alg": "base64+ed25519"}),
    "another algorithm": armored({**SIGNED, "alg": "aes-256-gcm+rsa-sha256"}),
    "no algorithm": armored({"enc": ENC, "sig": SIGNED["sig"]}),
    "algorithm none": armored({**SIGNED, "alg": "aes-256-gcm+none"}),
    "another order": armored({"sig": SIGNED["sig"], "enc": ENC, "alg": SIGNED["alg"]}),
    "another member": armored({**SIGNED, "ver": 2}),
    "a member twice": armored(WRITTEN.replace('"alg"', '"alg":"aes-256-gcm+ed25519","alg"')),
    "blanks": armored(json.dumps(SIGNED)),
    "a line end": armored(WRITTEN + "\n"),
    "escapes": armored(WRITTEN.replace('"alg"', '"\\u0061lg"')),
    "no object": armored("[]"),
    "no JSON": armored(b"\xff" * 40),
    "other lines": armored(SIGNED).replace(b"\n", b"\n\n", 2),
    "lines of 64": armored(SIGNED, width=64),
    "another label": armored(SIGNED).replace(b"LICENSE FILE", b"MACHINE FILE"),
    "text around": b"Dear customer,\n" + armored(SIGNED),
    "twice": armored(SIGNED) * 2,
}


def test_unvaried_file_is_accepted():
    assert check(armored(SIGNED)).claims.licenses[0].name == "Example"


@pytest.mark.parametrize("data", VARIED.values(), ids=VARIED)
def test_variation_of_unsigned_parts_is_rejected(data):
    assert verification_error(data).code in (Code.FILE_INVALID, Code.SIGNATURE_INVALID)


MALFORMED_ENC = {
    "nothing": "",
    "no base64": "A",
    "no padding": "e30",
    "stray bits": "e31=",
    "two parts": "e30=.e30=",
    "four parts": f"{ENC}.e30=",
    "a line end": ENC.replace(".", ".\n", 1),
    "a short nonce": ".".join([ENC.split(".")[0], "e30=", ENC.split(".")[2]]),
    "a short tag": ".".join([*ENC.split(".")[:2], "e30="]),
}


@pytest.mark.parametrize("enc", MALFORMED_ENC.values(), ids=MALFORMED_ENC)
def test_signed_but_malformed_content_is_rejected(enc):
    assert verification_error(armored(envelope(enc))).code is Code.FILE_INVALID


def test_email_and_paste_changes_are_undone():
    sent = b"\r\n" + armored(SIGNED).replace(b"\n", b" \r\n")

    assert check(sent) == check(armored(SIGNED))


def test_file_over_256_kib_is_too_large():
    assert verification_error(armored(SIGNED) + b"\n" * MAX_BYTES).code is Code.FILE_TOO_LARGE


# Trusted keys.


def test_file_without_trusted_signature_is_rejected():
    error = verification_error(keygen_file(license(), key=generate_key()))

    assert error.code is Code.SIGNATURE_INVALID
    assert "have the operator of this system trust the vendor's key" in str(error)


@pytest.mark.parametrize(
    "key",
    [trusted(not_before=NOW + DAY), trusted(not_after=NOW), trusted(distrusted_at=NOW)],
    ids=["not yet valid", "no longer valid", "distrusted"],
)
def test_untrusted_key_is_rejected(key):
    error = verification_error(keygen_file(license()), keys=[key, trusted(generate_key())])

    assert error.code is Code.SIGNING_KEY_UNKNOWN
    assert error.message.params == {"key_id": key.kid}


def test_signing_key_determines_the_vendor():
    keys = [trusted(generate_key()), trusted(vendor="nordsync")]

    assert check(keygen_file(license()), keys=keys).claims.iss == "nordsync"


def test_jws_file_is_not_accepted_as_keygen_file():
    """The signed messages of the two formats begin differently, so that no signature is valid for both."""
    ours = sign(claims(), KEY)
    assert verification_error(ours.replace("SIGNED LICENSE", "LICENSE FILE").encode()).code is Code.FILE_INVALID


def test_signature_is_verified_without_license_key():
    assert has_valid_signature(keygen_file(license()), [trusted(generate_key()), trusted(distrusted_at=ISSUED)])
    assert not has_valid_signature(keygen_file(license()), [trusted(generate_key())])


def test_stored_claims_are_read_back():
    document = check(keygen_file(license()))

    assert read_stored(keygen_file(license()), document.claims_json) == document.claims


# Conversion to claims.


def test_serial_number_in_metadata_is_checked():
    assert check(keygen_file(with_metadata(serialNumber=SERIAL))).claims.sub == SERIAL
    assert verification_error(keygen_file(with_metadata(serialNumber="1010000004"))).code is Code.SERIAL_NUMBER_MISMATCH


def test_file_must_name_an_unknown_installation():
    for metadata in ({}, {"serialNumber": SERIAL}, {"licenseOwner": OWNER}):
        assert verification_error(keygen_file(with_metadata(**metadata)), license_owner=None).code is Code.FILE_INVALID
    whole = keygen_file(with_metadata(serialNumber=SERIAL, licenseOwner=OWNER))
    assert check(whole, license_owner=None).claims.owner == OWNER


def test_max_users_is_the_number_of_seats():
    [plan, _] = check(keygen_file(license(maxUsers=25))).claims.licenses
    assert plan.total == 25


def test_plan_has_the_name_of_the_product():
    source = license()
    product = {"name": "NordSync Connector", "code": None}
    source["included"].append({"type": "products", "id": "1", "attributes": product})

    assert check(keygen_file(source)).claims.licenses[0].name == "NordSync Connector"


def test_plans_in_metadata_include_the_entitlements():
    listed = [
        grant("ten-sales", total=25, plan=True, includes=["t2"]),
        grant("t2", hidden=True),
        grant("visible-for"),
        grant("server", scope="SYSTEM"),
    ]
    licenses = {one.code: one for one in check(keygen_file(with_metadata(licenses=listed))).claims.licenses}

    assert list(licenses) == ["ten-sales", "t2", "visible-for", "server", "offline-support"]
    assert licenses["ten-sales"].total == 25
    assert licenses["ten-sales"].includes == ("t2", "offline-support")
    assert licenses["visible-for"].includes == ()


def test_entitlement_listed_as_license_is_not_added():
    listed = [grant("ten-sales", plan=True), grant("offline-support", total=3)]
    plan, support = check(keygen_file(with_metadata(licenses=listed))).claims.licenses

    assert (plan.includes, support.total, support.hidden) == ((), 3, False)


def test_later_file_has_higher_sequence():
    later = license()
    later["meta"]["issued"] = "2025-01-08T19:01:53.378Z"
    assert check(keygen_file(later)).claims.seq == check(keygen_file(license())).claims.seq + 1


def test_metadata_holds_additional_dates():
    dates = check(
        keygen_file(with_metadata(warnAt="2026-01-01T00:00:00Z", graceEndsAt="2027-01-01T00:00:00Z"))
    ).claims.dates

    assert (dates.warn_at, dates.grace_ends_at) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def without(*path):
    """Return a Keygen license without the member at a path."""
    source = license()
    parent = source
    for name in path[:-1]:
        parent = parent[name]
    del parent[path[-1]]
    return source


MALFORMED = {
    "not JSON": (b"license", "not JSON"),
    "a member twice": (json.dumps(license()).replace('"meta"', '"data": 1, "meta"').encode(), "`data` is stated twice"),
    "a machine": ({**license(), "data": {**license()["data"], "type": "machines"}}, "data.type"),
    "no time of issue": (without("meta", "issued"), "`meta.issued` is missing"),
    "a local time": ({**license(), "meta": {"issued": "2025-01-08T19:01:52"}}, "meta.issued"),
    "issued too early": ({**license(), "meta": {"issued": "2019-12-31T23:59:59Z"}}, "seq"),
    "no license": (without("data"), "`data` is missing"),
    "negative seats": (license(maxUsers=-1), "maxUsers"),
    "a serial number of letters": (with_metadata(serialNumber="ABC"), "metadata.serialNumber"),
    "a blank owner": (with_metadata(licenseOwner=" "), "metadata.licenseOwner"),
    "a number of licenses": (with_metadata(licenses=3), "metadata.licenses"),
    "a license twice": (with_metadata(licenses=[grant("a"), grant("a")]), "listed twice"),
    "an expiry beyond the calendar": (license(expiry="9999-12-31T00:00:00Z"), "dates.expires_at"),
    "a name of control characters": (license(name="\x00"), "name"),
}


@pytest.mark.parametrize(("source", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_license_is_rejected_with_reason(source, reason):
    error = verification_error(keygen_file(source))

    assert error.code is Code.FILE_INVALID
    assert reason in str(error)


# Writing Keygen license files.


def parsed(**overrides) -> LicenseClaims:
    return parse_claims(json.dumps(claims(**overrides)).encode())


@ENCODINGS
@given(
    total=st.none() | st.integers(0, 2**31 - 1),
    owner=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=200).filter(str.strip),
    expires_at=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    iat=st.integers(int(datetime(2020, 1, 2, tzinfo=UTC).timestamp()), int(NOW.timestamp())),
    exp=st.none() | st.integers(0, 4_000_000_000),
)
def test_written_file_is_read_back(license_key, total, owner, expires_at, iat, exp):
    written = parsed(
        owner=owner,
        licenses=[grant("ten-sales", total=total, plan=True, includes=["t2"]), grant("t2", hidden=True)],
        dates={"expires_at": expires_at and expires_at.isoformat()},
        iat=iat,
        exp=exp,
    )

    read_back = check(keygen.write(written, KEY, license_key).encode(), license_key=license_key).claims

    for claim in ("iss", "sub", "owner", "dates", "licenses", "iat", "exp"):
        assert getattr(read_back, claim) == getattr(written, claim)


def test_unrepresentable_claims_cannot_be_written():
    with pytest.raises(FileInvalid, match="nbf"):
        keygen.write(parsed(nbf=int(NOW.timestamp())), KEY)


def test_oversized_file_cannot_be_written():
    with pytest.raises(FileTooLarge):
        keygen.write(parsed(licenses=[grant(f"a{number}", description="x" * 2000) for number in range(100)]), KEY)

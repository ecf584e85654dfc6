"""A Keygen license file is used only if a trusted key signed it, unaltered, and the license key opens it."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.documents.armor import MAX_BYTES
from licensing.documents.claims import LicenseDocument, parse_claims
from licensing.documents.document import check_file_dates, has_valid_signature, read_stored, sign, verify
from licensing.documents.formats import keygen
from licensing.documents.keys import generate
from licensing.enums import LicenseScope
from licensing.enums import UserErrorCode as Code
from licensing.errors import FileExpired, FileInvalid, FileTooLarge, LicensingError
from tests.support.documents import ISSUED, KEY, NOW, OWNER, SERIAL, claims, grant, trusted
from tests.support.keygen_files import (
    CSHARP,
    JS,
    LICENSE_KEY,
    NODE,
    SAMPLES,
    Sample,
    armoured,
    envelope,
    keygen_file,
    license,
    sealed,
)

DAY = timedelta(days=1)
ENCODINGS = pytest.mark.parametrize("license_key", [None, LICENSE_KEY], ids=["base64", "aes-256-gcm"])
EACH = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)


def check(data, keys=None, license_key=LICENSE_KEY, now=NOW, license_owner=OWNER):
    keys = [trusted()] if keys is None else keys
    importer = {"own_number": SERIAL if license_owner else None, "license_owner": license_owner}
    return verify(data, keys=keys, serial_number=SERIAL, now=now, license_key=license_key, **importer)


def read(sample: Sample, data=None, license_key=None):
    keys = [sample.public_key.trusted_for("superoffice")]
    return check(sample.data if data is None else data, keys, license_key or sample.license_key)


def refused(data, **circumstances):
    with pytest.raises(LicensingError) as refusal:
        check(data, **circumstances)
    return refusal.value


def stated(**metadata):
    return license(metadata=metadata)


@EACH
def test_a_file_is_read(sample):
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
def test_the_expiry_of_the_file_and_that_of_the_license_are_two(sample):
    document = read(sample).claims

    assert document.file_expires_at == sample.file_expires_at
    stated = document.dates.expires_at
    assert (stated and stated.replace(microsecond=0)) == sample.license_expires_at


@pytest.mark.parametrize("sample", [NODE, CSHARP], ids=lambda sample: sample.id)
def test_an_expired_file_is_refused(sample):
    document = read(sample).claims

    check_file_dates(document, sample.file_expires_at)
    with pytest.raises(FileExpired):
        check_file_dates(document, sample.file_expires_at + timedelta(seconds=1))


def test_a_file_that_never_expires_is_not():
    check_file_dates(read(JS).claims, NOW + 1000 * DAY)


@EACH
def test_each_byte_altered_is_refused(sample):
    """Also one that decryption would not notice."""
    for position, byte in enumerate(sample.data):
        with pytest.raises(LicensingError):
            read(sample, sample.data[:position] + bytes([byte ^ 1]) + sample.data[position + 1 :])
            pytest.fail(f"byte {position} was altered")


@EACH
@given(data=st.data())
def test_each_byte_replaced_is_refused_or_was_white_space(sample, data):
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
def test_another_license_key_does_not_open_it(sample):
    with pytest.raises(LicensingError) as refusal:
        read(sample, license_key="another")
    assert refusal.value.code is Code.LICENSE_KEY_INVALID


def test_without_its_license_key_an_encrypted_file_stays_closed():
    for license_key in (None, ""):
        refusal = refused(JS.data, keys=[JS.public_key.trusted_for("superoffice")], license_key=license_key)
        assert refusal.code is Code.LICENSE_KEY_INVALID
        assert "Give the license key" in str(refusal)


def test_a_file_that_is_not_encrypted_needs_no_license_key():
    assert check(keygen_file(license(), None), license_key=None).claims.licenses[0].name == "Example"


# `sig` and `alg` are not signed, and the armour is not: each has one form all the same. In each of these files the
# signed part is whole, and decryption succeeds.

ENC = sealed(json.dumps(license()).encode())
SIGNED = envelope(ENC)
WRITTEN = json.dumps(SIGNED, separators=(",", ":"))
LAST = SIGNED["sig"][:85]
VARIED = {
    "signed by nobody": armoured({**SIGNED, "sig": base64.b64encode(bytes(64)).decode()}),
    "signed by another": armoured(envelope(ENC, generate())),
    "a short signature": armoured({**SIGNED, "sig": base64.b64encode(bytes(10)).decode()}),
    "no signature": armoured({**SIGNED, "sig": ""}),
    "a signature with stray bits": armoured({**SIGNED, "sig": LAST + chr(ord(SIGNED["sig"][85]) + 1) + "=="}),
    "a signature without padding": armoured({**SIGNED, "sig": SIGNED["sig"][:86]}),
    "a signature in two lines": armoured({**SIGNED, "sig": SIGNED["sig"][:20] + "\n" + SIGNED["sig"][20:]}),
    "another encoding": armoured({**SIGNED, "alg": "base64+ed25519"}),
    "another algorithm": armoured({**SIGNED, "alg": "aes-256-gcm+rsa-sha256"}),
    "no algorithm": armoured({"enc": ENC, "sig": SIGNED["sig"]}),
    "algorithm none": armoured({**SIGNED, "alg": "aes-256-gcm+none"}),
    "another order": armoured({"sig": SIGNED["sig"], "enc": ENC, "alg": SIGNED["alg"]}),
    "another member": armoured({**SIGNED, "ver": 2}),
    "a member twice": armoured(WRITTEN.replace('"alg"', '"alg":"aes-256-gcm+ed25519","alg"')),
    "blanks": armoured(json.dumps(SIGNED)),
    "a line end": armoured(WRITTEN + "\n"),
    "escapes": armoured(WRITTEN.replace('"alg"', '"\\u0061lg"')),
    "no object": armoured("[]"),
    "no JSON": armoured(b"\xff" * 40),
    "other lines": armoured(SIGNED).replace(b"\n", b"\n\n", 2),
    "lines of 64": armoured(SIGNED, width=64),
    "another label": armoured(SIGNED).replace(b"LICENSE FILE", b"MACHINE FILE"),
    "text around": b"Dear customer,\n" + armoured(SIGNED),
    "twice": armoured(SIGNED) * 2,
}


def test_the_file_that_is_varied_below_is_good_before():
    assert check(armoured(SIGNED)).claims.licenses[0].name == "Example"


@pytest.mark.parametrize("data", VARIED.values(), ids=VARIED)
def test_what_decryption_would_not_notice_is_refused(data):
    assert refused(data).code in (Code.FILE_INVALID, Code.SIGNATURE_INVALID)


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
def test_what_is_signed_must_be_well_formed_all_the_same(enc):
    assert refused(armoured(envelope(enc))).code is Code.FILE_INVALID


def test_what_mail_and_paste_do_is_undone():
    sent = b"\r\n" + armoured(SIGNED).replace(b"\n", b" \r\n")

    assert check(sent) == check(armoured(SIGNED))


def test_a_file_over_256_kib_is_too_large():
    assert refused(armoured(SIGNED) + b"\n" * MAX_BYTES).code is Code.FILE_TOO_LARGE


# Whose signature counts.


def test_a_file_that_no_trusted_key_signed_is_refused():
    refusal = refused(keygen_file(license(), key=generate()))

    assert refusal.code is Code.SIGNATURE_INVALID
    assert "have the operator of this system trust the vendor's key" in str(refusal)


@pytest.mark.parametrize(
    "key",
    [trusted(not_before=NOW + DAY), trusted(not_after=NOW), trusted(distrusted_at=NOW)],
    ids=["not yet valid", "no longer valid", "distrusted"],
)
def test_the_key_must_be_trusted_at_this_moment(key):
    refusal = refused(keygen_file(license()), keys=[key, trusted(generate())])

    assert refusal.code is Code.SIGNING_KEY_UNKNOWN
    assert refusal.message.facts == {"key_id": key.kid}


def test_the_vendor_is_the_one_whom_the_key_is_trusted_for():
    keys = [trusted(generate()), trusted(vendor="nordsync")]

    assert check(keygen_file(license()), keys=keys).claims.iss == "nordsync"


def test_a_key_of_keygen_signs_no_license_of_our_own_by_saying_so():
    """What each signs begins differently, so that a signature of one kind is none of the other."""
    ours = sign(claims(), KEY)
    assert refused(ours.replace("SIGNED LICENSE", "LICENSE FILE").encode()).code is Code.FILE_INVALID


def test_the_signature_of_a_stored_file_can_still_be_checked_without_the_license_key():
    assert has_valid_signature(keygen_file(license()), [trusted(generate()), trusted(distrusted_at=ISSUED)])
    assert not has_valid_signature(keygen_file(license()), [trusted(generate())])


def test_what_a_file_stated_is_read_again_from_what_is_kept_beside_it():
    document = check(keygen_file(license()))

    assert read_stored(keygen_file(license()), document.statement) == document.claims


# What it says.


def test_a_file_may_be_for_one_installation():
    assert check(keygen_file(stated(serialNumber=SERIAL))).claims.sub == SERIAL
    assert refused(keygen_file(stated(serialNumber="1010000004"))).code is Code.SERIAL_NUMBER_MISMATCH


def test_where_the_installation_is_not_known_yet_the_file_must_say_whose_it_is():
    for metadata in ({}, {"serialNumber": SERIAL}, {"licenseOwner": OWNER}):
        assert refused(keygen_file(stated(**metadata)), license_owner=None).code is Code.FILE_INVALID
    whole = keygen_file(stated(serialNumber=SERIAL, licenseOwner=OWNER))
    assert check(whole, license_owner=None).claims.owner == OWNER


def test_seats_are_the_users_of_the_license():
    [plan, _] = check(keygen_file(license(maxUsers=25))).claims.licenses
    assert plan.total == 25


def test_the_plan_is_named_as_the_product_if_the_file_tells_of_it():
    told = license()
    told["included"].append({"type": "products", "id": "1", "attributes": {"name": "NordSync Connector", "code": None}})
    assert check(keygen_file(told)).claims.licenses[0].name == "NordSync Connector"


def test_licenses_in_the_metadata_are_the_licenses_and_plans_include_the_entitlements():
    listed = [
        grant("ten-sales", total=25, plan=True, includes=["t2"]),
        grant("t2", hidden=True),
        grant("visible-for"),
        grant("server", scope="SYSTEM"),
    ]
    found = {one.code: one for one in check(keygen_file(stated(licenses=listed))).claims.licenses}

    assert list(found) == ["ten-sales", "t2", "visible-for", "server", "offline-support"]
    assert found["ten-sales"].total == 25
    assert found["ten-sales"].includes == ("t2", "offline-support")
    assert found["visible-for"].includes == ()


def test_an_entitlement_that_is_listed_as_a_license_is_that_license():
    listed = [grant("ten-sales", plan=True), grant("offline-support", total=3)]
    plan, support = check(keygen_file(stated(licenses=listed))).claims.licenses

    assert (plan.includes, support.total, support.hidden) == ((), 3, False)


def test_a_file_issued_later_is_newer():
    later = license()
    later["meta"]["issued"] = "2025-01-08T19:01:53.378Z"
    assert check(keygen_file(later)).claims.seq == check(keygen_file(license())).claims.seq + 1


def test_dates_that_keygen_has_no_words_for_stand_in_the_metadata():
    dates = check(keygen_file(stated(warnAt="2026-01-01T00:00:00Z", graceEndsAt="2027-01-01T00:00:00Z"))).claims.dates

    assert (dates.warn_at, dates.grace_ends_at) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def without(*path):
    told = license()
    part = told
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    return told


MALFORMED = {
    "not JSON": (b"license", "not JSON"),
    "a member twice": (json.dumps(license()).replace('"meta"', '"data": 1, "meta"').encode(), "`data` is stated twice"),
    "a machine": ({**license(), "data": {**license()["data"], "type": "machines"}}, "data.type"),
    "no time of issue": (without("meta", "issued"), "`meta.issued` is missing"),
    "a local time": ({**license(), "meta": {"issued": "2025-01-08T19:01:52"}}, "meta.issued"),
    "issued too early": ({**license(), "meta": {"issued": "2019-12-31T23:59:59Z"}}, "seq"),
    "no license": (without("data"), "`data` is missing"),
    "seats below none": (license(maxUsers=-1), "maxUsers"),
    "a serial number of letters": (stated(serialNumber="ABC"), "metadata.serialNumber"),
    "an owner of nothing": (stated(licenseOwner=" "), "metadata.licenseOwner"),
    "licenses by number": (stated(licenses=3), "metadata.licenses"),
    "a license twice": (stated(licenses=[grant("a"), grant("a")]), "listed twice"),
    "an expiry beyond the calendar": (license(expiry="9999-12-31T00:00:00Z"), "dates.expires_at"),
    "a name of control characters": (license(name="\x00"), "name"),
}


@pytest.mark.parametrize(("told", "why"), MALFORMED.values(), ids=MALFORMED)
def test_what_makes_no_sense_is_refused_by_name(told, why):
    refusal = refused(keygen_file(told))

    assert refusal.code is Code.FILE_INVALID
    assert why in str(refusal)


# What our issuer writes.


def document(**overrides) -> LicenseDocument:
    return parse_claims(json.dumps(claims(**overrides)).encode())


@ENCODINGS
@given(
    total=st.none() | st.integers(0, 2**31 - 1),
    owner=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=200).filter(str.strip),
    expires_at=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    iat=st.integers(int(datetime(2020, 1, 2, tzinfo=UTC).timestamp()), int(NOW.timestamp())),
    exp=st.none() | st.integers(0, 4_000_000_000),
)
def test_what_is_written_is_read(license_key, total, owner, expires_at, iat, exp):
    told = document(
        owner=owner,
        licenses=[grant("ten-sales", total=total, plan=True, includes=["t2"]), grant("t2", hidden=True)],
        dates={"expires_at": expires_at and expires_at.isoformat()},
        iat=iat,
        exp=exp,
    )

    found = check(keygen.write(told, KEY, license_key).encode(), license_key=license_key).claims

    for claim in ("iss", "sub", "owner", "dates", "licenses", "iat", "exp"):
        assert getattr(found, claim) == getattr(told, claim)


def test_a_vendor_cannot_write_what_the_file_would_not_say():
    with pytest.raises(FileInvalid, match="nbf"):
        keygen.write(document(nbf=int(NOW.timestamp())), KEY)


def test_a_vendor_cannot_write_what_nobody_could_import():
    with pytest.raises(FileTooLarge):
        keygen.write(document(licenses=[grant(f"a{number}", description="x" * 2000) for number in range(100)]), KEY)

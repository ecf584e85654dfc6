"""Vendors publish Ed25519 keys as JWKs; private keys are rejected where public ones are expected."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime

import pytest

from licensing.documents.keys import generate_key, parse_private_jwk, parse_public_jwk, public_jwk, thumbprint
from licensing.errors import Invalid

# The example key of RFC 8037, appendix A.
PUBLIC = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


def test_key_id_is_the_thumbprint():
    assert thumbprint(PUBLIC) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"  # RFC 8037, appendix A.3
    assert thumbprint({**PUBLIC, "kid": "mine"}) == thumbprint(PUBLIC)


@pytest.mark.parametrize("form", [dict, json.dumps, lambda jwk: json.dumps(jwk).encode()], ids=["dict", "str", "bytes"])
def test_public_key_is_parsed_from_json(form):
    key = parse_public_jwk(form({**PUBLIC, "kid": "ours", "use": "sig"}))

    assert (key.kid, key.jwk, key.not_before, key.not_after) == (thumbprint(PUBLIC), PUBLIC, None, None)


@pytest.mark.parametrize(
    "form", [str, str.upper, lambda text: f" {text}\n".encode()], ids=["hex", "upper case", "file"]
)
def test_public_key_is_parsed_from_hex(form):
    in_hex = urlsafe_b64decode(PUBLIC["x"] + "=").hex()

    assert parse_public_jwk(form(in_hex)) == parse_public_jwk(PUBLIC)


def test_validity_is_read_from_nbf_and_exp():
    key = parse_public_jwk({**PUBLIC, "nbf": 1_800_000_000, "exp": 1_900_000_000}).trusted_for("superoffice")

    assert key.vendor == "superoffice"
    assert key.not_before == datetime.fromtimestamp(1_800_000_000, UTC)
    assert key.not_after == datetime.fromtimestamp(1_900_000_000, UTC)


def test_private_key_is_rejected_as_public_key():
    with pytest.raises(Invalid, match="This is a private key"):
        parse_public_jwk(generate_key().as_dict(private=True))


@pytest.mark.parametrize(
    "source",
    [
        "",
        "ssh-ed25519 AAAA",
        "e8" * 31,
        "e8" * 33,
        "[]",
        {},
        {**PUBLIC, "kty": "EC"},
        {**PUBLIC, "crv": "X25519"},
        {**PUBLIC, "x": 1},
        {**PUBLIC, "x": ""},
        {**PUBLIC, "x": "AAAA"},
        {**PUBLIC, "x": PUBLIC["x"][:-1] + "p"},
        {**PUBLIC, "x": PUBLIC["x"] + "="},
        {**PUBLIC, "exp": "2027-01-01"},
        {**PUBLIC, "exp": 10**12},
        '{"kty": "OKP", "crv": "Ed25519", "x": "A", "x": "B"}',
    ],
)
def test_invalid_public_key_is_rejected(source):
    with pytest.raises(Invalid, match="This is not an Ed25519 key"):
        parse_public_jwk(source)


def test_stored_private_key_is_parsed():
    private = generate_key()

    again = parse_private_jwk(json.dumps(private.as_dict(private=True)))

    assert public_jwk(again) == public_jwk(private)
    assert set(public_jwk(private)) == {"kty", "crv", "x"}


def test_public_half_is_derived_from_private_key():
    private = generate_key()

    again = parse_private_jwk({**private.as_dict(private=True), "x": PUBLIC["x"]})

    assert public_jwk(again) == public_jwk(private)


@pytest.mark.parametrize("source", [PUBLIC, {**PUBLIC, "d": "AAAA"}, "{}"])
def test_invalid_private_key_is_rejected(source):
    with pytest.raises(Invalid):
        parse_private_jwk(source)

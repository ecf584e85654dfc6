"""Each refusal has a code of its own, and says what happened, then what to do."""

from datetime import UTC, datetime

import pytest

from licensing import errors
from licensing.enums import RevocationBlocker, UserErrorCode
from licensing.messages import Message

INSTANT = datetime(2026, 6, 1, 12, 30, 15, tzinfo=UTC)
REFUSALS = [
    errors.NotFound(),
    errors.Invalid(reason=Message("The reason is blank. Say what is wrong.")),
    errors.TooManyItems(count=1001, limit=1000),
    errors.CredentialsInvalid(),
    errors.RateLimited(retry_after=30),
    errors.ChangeSetClosed(),
    errors.NotYetEffective(effective_at=INSTANT),
    errors.LicenseExpired(expired_at=INSTANT),
    errors.SurplusSeats(surplus={"Sales Premium": 3}),
    errors.RevocationBlocked(user="Kari", license="Sales Premium", blocker=RevocationBlocker.REQUIRED),
    errors.NotHeld(user="Kari", license="Sales Premium"),
    errors.NotAssignable(license="Server"),
    errors.HasAnotherPlan(user="Kari", plan="Service Premium", license="Sales Premium"),
    errors.NoSeats(license="Sales Premium", available=1, wanted=2),
    errors.PrerequisiteMissing(user="Kari", license="Confidential activities", required="Web"),
    errors.FileTooLarge(),
    errors.FileInvalid(reason=Message("`owner` is missing")),
    errors.SigningKeyUnknown(key_id="kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    errors.SignatureInvalid(),
    errors.LicenseKeyInvalid(),
    errors.SerialNumberMismatch(stated="1010000004", expected="1204417838"),
    errors.FileExpired(expired_at=INSTANT),
    errors.FileOutdated(),
    errors.NotDemo(),
    errors.NoLicenseServer(vendor="NordSync AS"),
    errors.VendorUnavailable(vendor="NordSync AS"),
    errors.VendorRefused(said="Unknown serial number."),
    errors.DeliveryFailed(error=Message("answered with status 500")),
]


def test_each_code_has_one_error():
    assert {refusal.code for refusal in REFUSALS} == set(UserErrorCode)
    assert len(errors.LicensingError.__subclasses__()) == len(REFUSALS) == len(UserErrorCode)


def test_the_tree_in_the_docstring_is_whole():
    for refusal in REFUSALS:
        assert f"── {type(refusal).__name__} " in errors.__doc__


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_what_happened_is_followed_by_what_to_do(refusal):
    message = str(refusal)

    assert message == str(refusal.message)
    assert "{" not in message
    assert message.endswith(".")
    assert message.count(". ") >= 1 or '" ' in message


@pytest.mark.parametrize(
    ("surplus", "message"),
    [
        (
            {"Sales Premium": 3},
            "3 more seats of Sales Premium are in use than the new licenses allow. "
            "Take the license from 3 users, then activate.",
        ),
        (
            {"Sales Premium": 1},
            "1 more seat of Sales Premium is in use than the new licenses allow. "
            "Take the license from 1 user, then activate.",
        ),
        (
            {"Sales Premium": 3, "Marketing": 1},
            "More seats are in use than the new licenses allow: 3 of Sales Premium, 1 of Marketing. "
            "Take each license from as many users, then activate.",
        ),
    ],
)
def test_surplus_reads_well_for_one_seat_and_for_several_licenses(surplus, message):
    assert str(errors.SurplusSeats(surplus=surplus)) == message


def test_the_words_fit_the_case():
    blocked = errors.RevocationBlocked(user="Kari", license="Sales", blocker=RevocationBlocker.OPEN_REQUESTS)

    assert str(blocked).startswith("Kari owns open service requests")
    assert str(errors.NotAssignable(license="Sales", user="Kari")).startswith("Kari cannot hold Sales")
    assert "1 seat left, and 2 were asked for" in str(errors.NoSeats(license="Sales", available=1, wanted=2))
    assert "0 seats left, and 1 was asked for" in str(errors.NoSeats(license="Sales", available=0, wanted=1))


def test_a_refusal_knows_where_the_fault_lies():
    assert errors.NotFound(["input", "userIds", "2"]).path == ["input", "userIds", "2"]
    assert errors.NotFound().path is None


def test_braces_in_facts_are_left_alone():
    assert str(errors.NotHeld(user="{license}", license="{0}")).startswith("{license} does not hold {0}.")


def test_a_fact_that_is_forgotten_is_missed_at_once():
    with pytest.raises(KeyError):
        errors.NotHeld(user="Kari")

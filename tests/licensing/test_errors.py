"""Each error has a code of its own and a message that says what happened, then what to do."""

from datetime import UTC, datetime

import pytest

from licensing import errors
from licensing.documents import errors as document_errors
from licensing.enums import RevocationBlocker, UserErrorCode
from licensing.messages import Message

NOW = datetime(2026, 6, 1, 12, 30, 15, tzinfo=UTC)
ERRORS = [
    errors.NotFound(),
    errors.Invalid(reason=Message("The reason is blank. Say what is wrong.")),
    errors.TooManyItems(count=1001, limit=1000),
    errors.CredentialsInvalid(),
    errors.RateLimited(retry_after=30),
    errors.ChangeSetClosed(),
    errors.NotYetEffective(effective_at=NOW),
    errors.LicenseExpired(expired_at=NOW),
    errors.SurplusSeats(surplus={"Sales Premium": 3}),
    errors.RevocationBlocked(user="Kari", license="Sales Premium", blocker=RevocationBlocker.REQUIRED),
    errors.NotHeld(user="Kari", license="Sales Premium"),
    errors.NotAssignable(license="Server"),
    errors.HasAnotherPlan(user="Kari", plan="Service Premium", license="Sales Premium"),
    errors.NoSeats(license="Sales Premium", available=1, wanted=2),
    errors.PrerequisiteMissing(user="Kari", license="Confidential activities", required="Web"),
    document_errors.FileTooLarge(),
    document_errors.FileInvalid(reason=Message("`owner` is missing")),
    document_errors.SigningKeyUnknown(key_id="kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    document_errors.SignatureInvalid(),
    document_errors.LicenseKeyInvalid(),
    document_errors.SerialNumberMismatch(stated="1010000004", expected="1204417838"),
    document_errors.FileExpired(expired_at=NOW),
    document_errors.FileOutdated(),
    errors.NotDemo(),
    errors.NoLicenseServer(vendor="NordSync AS"),
    errors.VendorUnavailable(vendor="NordSync AS"),
    errors.VendorRefused(said="Unknown serial number."),
    errors.DeliveryFailed(error=Message("answered with status 500")),
]


def test_each_code_has_one_error():
    assert {error.code for error in ERRORS} == set(UserErrorCode)
    assert len(errors.LicensingError.__subclasses__()) == len(ERRORS) == len(UserErrorCode)


def test_module_docstring_draws_every_error():
    for error in ERRORS:
        assert f"── {type(error).__name__} " in errors.__doc__


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_messages_say_the_next_step(error):
    message = str(error)

    assert message == str(error.message)
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
def test_surplus_message_inflects_numbers(surplus, message):
    assert str(errors.SurplusSeats(surplus=surplus)) == message


def test_messages_vary_with_parameters():
    blocked = errors.RevocationBlocked(user="Kari", license="Sales", blocker=RevocationBlocker.OPEN_REQUESTS)

    assert str(blocked).startswith("Kari owns open service requests")
    assert str(errors.NotAssignable(license="Sales", user="Kari")).startswith("Kari cannot hold Sales")
    assert "1 seat left, and 2 were asked for" in str(errors.NoSeats(license="Sales", available=1, wanted=2))
    assert "0 seats left, and 1 was asked for" in str(errors.NoSeats(license="Sales", available=0, wanted=1))


def test_errors_keep_the_input_path():
    assert errors.NotFound(["input", "userIds", "2"]).path == ["input", "userIds", "2"]
    assert errors.NotFound().path is None


def test_braces_in_parameters_are_kept():
    assert str(errors.NotHeld(user="{license}", license="{0}")).startswith("{license} does not hold {0}.")


def test_missing_parameter_raises_key_error():
    with pytest.raises(KeyError):
        errors.NotHeld(user="Kari")

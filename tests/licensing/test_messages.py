"""Messages are translated into any language, and stored independently of it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from licensing.messages import ENGLISH, Language, Message

NOW = datetime(2026, 6, 1, 12, 30, 15, tzinfo=UTC)
NORWEGIAN = Language(
    "nb",
    {
        "{seats:seat|seats} of {license} {seats:=is|are} in use": "{seats:sete|seter} av {license} er i bruk",
        "too many: {surplus:of}": "for mange: {surplus:av}",
        "at most {limit:,}": "høyst {limit: }",
        "it failed: {reason}": "det gikk ikke: {reason}",
        "`{claim}` is missing": "`{claim}` mangler",
        "{what} changed": "{what} endret",
        "name": "navn",
    }.__getitem__,
)


@pytest.mark.parametrize(
    ("message", "english", "norwegian"),
    [
        (
            Message("{seats:seat|seats} of {license} {seats:=is|are} in use", seats=1, license="Sales"),
            "1 seat of Sales is in use",
            "1 sete av Sales er i bruk",
        ),
        (
            Message("{seats:seat|seats} of {license} {seats:=is|are} in use", seats=2, license="Sales"),
            "2 seats of Sales are in use",
            "2 seter av Sales er i bruk",
        ),
        (
            Message("too many: {surplus:of}", surplus={"A": 3, "B": 1}),
            "too many: 3 of A, 1 of B",
            "for mange: 3 av A, 1 av B",
        ),
        (Message("at most {limit:,}", limit=20_000), "at most 20,000", "høyst 20 000"),
        (
            Message("it failed: {reason}", reason=Message("`{claim}` is missing", claim="owner")),
            "it failed: `owner` is missing",
            "det gikk ikke: `owner` mangler",
        ),
        (Message("{what} changed", what=[Message("name"), "url"]), "name, url changed", "navn, url endret"),
    ],
)
def test_templates_and_nested_messages_are_translated(message, english, norwegian):
    assert str(message) == message.in_language(ENGLISH) == english
    assert message.in_language(NORWEGIAN) == norwegian


def test_datetimes_are_formatted_in_utc_to_the_minute():
    oslo = timezone(timedelta(hours=2))

    assert str(Message("{at}", at=NOW.astimezone(oslo))) == "2026-06-01 12:30 UTC"


def test_missing_parameter_raises_key_error():
    with pytest.raises(KeyError):
        str(Message("{user} left"))


@pytest.mark.parametrize(
    "message",
    [
        Message("until {ends_at}", ends_at=NOW),
        Message("too many: {surplus:of}", surplus={"A": 3}),
        Message("it failed: {reason}", reason=Message("`{claim}` is missing", claim="owner")),
        Message("{what} changed", what=[Message("name")]),
    ],
)
def test_stored_messages_are_restored(message):
    assert Message.from_json(message.as_json()) == message


def test_stored_strings_are_not_translated():
    assert Message.from_json("Nothing in {braces} is a fact.").in_language(Language("nb")) == (
        "Nothing in {braces} is a fact."
    )

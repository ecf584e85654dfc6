"""Words are told in any language, and stored in none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from licensing.messages import ENGLISH, Language, Message

INSTANT = datetime(2026, 6, 1, 12, 30, 15, tzinfo=UTC)
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
    ("words", "english", "norwegian"),
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
def test_a_language_takes_the_facts_into_its_own_words(words, english, norwegian):
    assert str(words) == words.in_language(ENGLISH) == english
    assert words.in_language(NORWEGIAN) == norwegian


def test_instants_are_told_to_the_minute_in_utc():
    oslo = timezone(timedelta(hours=2))

    assert str(Message("{at}", at=INSTANT.astimezone(oslo))) == "2026-06-01 12:30 UTC"


def test_a_fact_that_is_forgotten_is_missed():
    with pytest.raises(KeyError):
        str(Message("{user} left"))


@pytest.mark.parametrize(
    "words",
    [
        Message("until {ends_at}", ends_at=INSTANT),
        Message("too many: {surplus:of}", surplus={"A": 3}),
        Message("it failed: {reason}", reason=Message("`{claim}` is missing", claim="owner")),
        Message("{what} changed", what=[Message("name")]),
    ],
)
def test_words_that_were_stored_are_the_same(words):
    assert Message.from_json(words.as_json()) == words


def test_a_text_that_was_stored_before_there_were_languages_is_told_as_it_is():
    assert Message.from_json("Nothing in {braces} is a fact.").in_language(Language("nb")) == (
        "Nothing in {braces} is a fact."
    )

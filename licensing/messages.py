"""Words for people, in no language until they are told in one: a template in English, and the facts that it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which somebody is told something."""

    tag: str = "en"
    translate: Callable[[str], str] = str
    """A template's counterpart in this language, or itself."""


ENGLISH = Language()


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A template and its facts; `str()` tells them in English.

    `{seats:seat|seats}` becomes "1 seat" or "3 seats", and `{seats:=is|are}` "is" or "are"; `{limit:,}` has that comma
    between its thousands; an instant is told to the minute in UTC; a list has commas; `{surplus:of}`, of numbers by
    name, becomes "3 of Sales Premium, 1 of Marketing". Facts that are words themselves are told in the same language.
    """

    template: str
    facts: Mapping[str, object] = field(hash=False)

    def __init__(self, template: str, /, **facts: object) -> None:
        """Keep the facts apart, so that another language can put them in its own words."""
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "facts", facts)

    def __str__(self) -> str:
        return self.in_language(ENGLISH)

    def in_language(self, language: Language) -> str:
        """The template's counterpart in a language, with the facts filled in.

        Raises:
            KeyError: The template names a fact that is not given.
        """
        return _MessageFormatter(language).vformat(language.translate(self.template), (), self.facts)

    def as_json(self) -> dict[str, Any]:
        """As they are stored, so that they can be told in any language later."""
        return {"template": self.template, "facts": params_as_json(self.facts)}

    @classmethod
    def from_json(cls, stored: dict[str, Any] | str) -> Message:
        """Words that were stored; a text is told as it is."""
        if isinstance(stored, str):
            return cls("{text}", text=stored)
        return cls(stored["template"], **{name: _from_json(name, fact) for name, fact in stored["facts"].items()})


def params_as_json(facts: Mapping[str, object]) -> dict[str, object]:
    """Facts as they are stored, from which `Message.from_json` makes them again."""
    return {name: _as_json(fact) for name, fact in facts.items()}


def _as_json(fact: object) -> object:
    match fact:
        case Message():
            return fact.as_json()
        case list():
            return [_as_json(item) for item in fact]
        case datetime():
            return fact.isoformat()
        case _:
            return fact


def _from_json(name: str, fact: Any) -> object:
    if isinstance(fact, dict) and fact.keys() == {"template", "facts"}:
        return Message.from_json(fact)
    if isinstance(fact, list):
        return [_from_json(name, item) for item in fact]
    return datetime.fromisoformat(fact) if name.endswith("_at") else fact


class _MessageFormatter(Formatter):
    """`str.format` with a grammar for what licensing speaks of, for any language that tells one from many."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def format_field(self, value: object, format_spec: str) -> str:
        """One fact in words."""
        match value:
            case int() if "|" in format_spec:
                one, many = format_spec.removeprefix("=").split("|")
                word = one if value == 1 else many
                return word if format_spec.startswith("=") else f"{value} {word}"
            case int():
                return f"{value:,}".replace(",", format_spec)
            case datetime():
                return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            case Message():
                return value.in_language(self._language)
            case list():
                return ", ".join(self.format_field(item, format_spec) for item in value)
            case Mapping():
                return ", ".join(f"{count} {format_spec} {name}" for name, count in value.items())
            case _:
                return str(value)

"""Messages for people: a template in English and its parameters, translated where they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Language:
    """A language that messages are translated into."""

    tag: str = "en"
    """The BCP 47 tag."""
    translate: Callable[[str], str] = str
    """Return the translation of a template; the template itself if there is none."""


ENGLISH = Language()


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A template and its parameters; `str()` returns the message in English.

    Templates use the format syntax of `str.format` with these additions:

    - `{seats:seat|seats}` becomes "1 seat" or "3 seats", `{seats:=is|are}` becomes "is" or "are".
    - `{limit:,}` separates thousands by the given character.
    - `{surplus:of}`, of a mapping from names to numbers, becomes "3 of Sales Premium, 1 of Marketing".
    - Datetimes are formatted in UTC, to the minute. Lists are joined by commas.
    - Parameters that are messages are translated into the same language.
    """

    template: str
    params: Mapping[str, object] = field(hash=False)

    def __init__(self, template: str, /, **params: object) -> None:
        """Keep template and parameters apart, so that the template can be translated."""
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "params", params)

    def __str__(self) -> str:
        return self.in_language(ENGLISH)

    def in_language(self, language: Language) -> str:
        """Return the message in a language.

        Raises:
            KeyError: The template names a parameter that is not given.
        """
        return _MessageFormatter(language).vformat(language.translate(self.template), (), self.params)

    def as_json(self) -> dict[str, Any]:
        """Return the message as JSON, to be stored and translated later."""
        return {"template": self.template, "facts": params_as_json(self.params)}

    @classmethod
    def from_json(cls, stored: dict[str, Any] | str) -> Message:
        """Return a stored message; a string, as older versions stored it, is never translated."""
        if isinstance(stored, str):
            return cls("{text}", text=stored)
        return cls(stored["template"], **{name: _from_json(name, value) for name, value in stored["facts"].items()})


def params_as_json(params: Mapping[str, object]) -> dict[str, object]:
    """Return parameters as JSON, from which `Message.from_json` restores them."""
    return {name: _as_json(value) for name, value in params.items()}


def _as_json(value: object) -> object:
    match value:
        case Message():
            return value.as_json()
        case list():
            return [_as_json(item) for item in value]
        case datetime():
            return value.isoformat()
        case _:
            return value


def _from_json(name: str, value: Any) -> object:
    if isinstance(value, dict) and value.keys() == {"template", "facts"}:
        return Message.from_json(value)
    if isinstance(value, list):
        return [_from_json(name, item) for item in value]
    return datetime.fromisoformat(value) if name.endswith("_at") else value


class _MessageFormatter(Formatter):
    """`str.format` with the additions that `Message` documents, for languages with one plural form."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def format_field(self, value: object, format_spec: str) -> str:
        """Return one parameter as text."""
        match value:
            case int() if "|" in format_spec:
                singular, plural = format_spec.removeprefix("=").split("|")
                word = singular if value == 1 else plural
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

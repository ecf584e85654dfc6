"""Words with numbers and dates in them, in any language that tells one from many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from string import Formatter


class _Wording(Formatter):
    """`str.format` with a grammar for what licensing speaks of."""

    def format_field(self, value: object, format_spec: str) -> str:
        """One fact in words."""
        match value:
            case int() if "|" in format_spec:
                one, many = format_spec.removeprefix("=").split("|")
                word = one if value == 1 else many
                return word if format_spec.startswith("=") else f"{value} {word}"
            case datetime():
                return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            case Mapping():
                return ", ".join(f"{count} {format_spec} {name}" for name, count in value.items())
            case _:
                return str(value)


def fill(template: str, facts: Mapping[str, object]) -> str:
    """The template with its facts filled in.

    `{seats:seat|seats}` becomes "1 seat" or "3 seats", and `{seats:=is|are}` "is" or "are"; an instant is told to the
    minute in UTC; `{surplus:of}`, of numbers by name, becomes "3 of Sales Premium, 1 of Marketing".

    Raises:
        KeyError: The template names a fact that is not given.
    """
    return _Wording().vformat(template, (), facts)

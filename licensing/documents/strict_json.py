"""Strict JSON decoding: no duplicate members, no NaN, no lone surrogates, and validation against a type."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn, TypeVar

import msgspec

from licensing.messages import Message

T = TypeVar("T")

MAX_DETAIL_LENGTH = 200
"""The maximum number of characters quoted from a validation error, which may repeat the input."""

_PATH = re.compile(r" - at (?P<key>`key` in )?`\$\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<member>[^`]+)`")


class Malformed(ValueError):
    """The input does not have the expected form; `message` is a clause without a full stop that names the fault."""

    def __init__(self, message: Message) -> None:
        """Keep the message for translation."""
        self.message = message
        super().__init__(str(message))


def decode(data: bytes, shape: type[T]) -> T:
    """Return the value of a type in JSON; members that the type does not have are ignored.

    Raises:
        Malformed: The input is not strict JSON or not of the type; the message names the member at fault.
    """
    try:
        json.loads(data.decode(), object_pairs_hook=_unique_members, parse_constant=_reject_constant)
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise Malformed(_to_message(str(error))) from None
    except Malformed:
        raise
    except ValueError:  # also raised for invalid UTF-8 and for numbers with too many digits
        raise Malformed(Message("it is not JSON")) from None
    except RecursionError:
        raise Malformed(Message("it is nested too deeply")) from None


def _unique_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
    # msgspec uses the last of two members with the same name; other parsers use the first.
    unique = dict(members)
    if len(unique) != len(members):
        occurrences = Counter(name for name, _ in members)
        duplicate = next(name for name, count in occurrences.items() if count > 1)
        raise Malformed(Message("`{member}` is stated twice", member=duplicate[:100]))
    return unique


def _reject_constant(name: str) -> NoReturn:
    raise Malformed(Message("{name} is not JSON", name=name))


def _to_message(message: str) -> Message:
    """Return a msgspec error, such as "Expected `str`, got `int` - at `$.licenses[0].name`", with the path first."""
    at = _PATH.search(message)
    path = at["path"] if at else ""
    if missing := _MISSING.match(message):
        return Message("`{claim}` is missing", claim=f"{path}{'.' if path else ''}{missing['member']}")
    detail = _PATH.sub("", message)
    subject: Message | str = f"`{path}`" if path else Message("it")
    if at and at["key"]:
        subject = Message("a name in `{place}`", place=path)
    if "regex" in detail:  # a regular expression does not help an administrator
        return Message("{subject} is malformed", subject=subject)
    return Message(
        "{subject} is malformed: {detail}", subject=subject, detail=f"{detail[0].lower()}{detail[1:MAX_DETAIL_LENGTH]}"
    )

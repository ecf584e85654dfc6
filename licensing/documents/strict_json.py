"""JSON without second meanings: no member twice, no NaN, no half characters, and only the shape that is wanted."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from licensing.messages import Message

T = TypeVar("T")

MAX_DETAIL_LENGTH = 200
"""Characters: some details repeat what was read."""

_PLACE = re.compile(r" - at (?P<key>`key` in )?`\$\.?(?P<place>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<member>[^`]+)`")


class Malformed(ValueError):
    """What was read is not what it should be; the words are a clause without full stop that names what is wrong."""

    def __init__(self, message: Message) -> None:
        """Say what it is."""
        self.message = message
        super().__init__(str(message))


def decode(data: bytes, shape: type[T]) -> T:
    """The value of that shape which the bytes state, members that the shape does not know left out.

    Raises:
        Malformed: The bytes state none; the words name the member at fault, in a clause without full stop.
    """
    try:
        json.loads(data.decode(), object_pairs_hook=_each_once, parse_constant=_refuse_constant)
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise Malformed(_in_words(str(error))) from None
    except Malformed:
        raise
    except ValueError:  # also of text that is not UTF-8, and of numbers that are too long
        raise Malformed(Message("it is not JSON")) from None
    except RecursionError:
        raise Malformed(Message("it is nested too deeply")) from None


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    # msgspec takes the last of two members with one name; other readers take the first.
    found = dict(members)
    if len(found) != len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(Message("`{member}` is stated twice", member=twice[:100]))
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise Malformed(Message("{name} is not JSON", name=name))


def _in_words(message: str) -> Message:
    """What msgspec found, such as "Expected `str`, got `int` - at `$.licenses[0].name`", with the place first."""
    at = _PLACE.search(message)
    place = at["place"] if at else ""
    if missing := _MISSING.match(message):
        return Message("`{claim}` is missing", claim=f"{place}{'.' if place else ''}{missing['member']}")
    found = _PLACE.sub("", message)
    subject: Message | str = f"`{place}`" if place else Message("it")
    if at and at["key"]:
        subject = Message("a name in `{place}`", place=place)
    if "regex" in found:  # which helps nobody who reads the message
        return Message("{subject} is malformed", subject=subject)
    return Message(
        "{subject} is malformed: {detail}", subject=subject, detail=f"{found[0].lower()}{found[1:MAX_DETAIL_LENGTH]}"
    )

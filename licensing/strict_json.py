"""JSON without second meanings: no member twice, no NaN, no half characters, and only the shape that is wanted."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec

T = TypeVar("T")

_PLACE = re.compile(r" - at (?P<key>`key` in )?`\$\.?(?P<place>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<member>[^`]+)`")


def decode(data: bytes, shape: type[T]) -> T:
    """The value of that shape which the bytes state, members that the shape does not know left out.

    Raises:
        ValueError: The bytes state none; the message names the member at fault, in a clause without full stop.
    """
    try:
        json.loads(data.decode(), object_pairs_hook=_each_once, parse_constant=_refuse_constant)
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise ValueError(_in_words(str(error))) from None
    except (msgspec.DecodeError, json.JSONDecodeError, UnicodeDecodeError):
        raise ValueError("it is not JSON") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    # msgspec takes the last of two members with one name; other readers take the first.
    found = dict(members)
    if len(found) != len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`{twice[:100]}` is stated twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _in_words(message: str) -> str:
    """What msgspec found, such as "Expected `str`, got `int` - at `$.licenses[0].name`", with the place first."""
    at = _PLACE.search(message)
    place = at["place"] if at else ""
    if missing := _MISSING.match(message):
        return f"`{place}{'.' if place else ''}{missing['member']}` is missing"
    found = _PLACE.sub("", message)
    # A regular expression helps nobody who reads the message.
    detail = "" if "regex" in found else f": {found[0].lower()}{found[1:]}"
    subject = f"a name in `{place}`" if at and at["key"] else f"`{place}`" if place else "it"
    return f"{subject} is malformed{detail}"

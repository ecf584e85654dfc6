"""Global IDs: the base64 encoding of a type's name and a local ID, opaque to clients."""

import re
from base64 import b64decode, b64encode
from binascii import b2a_base64
from collections.abc import Callable

import strawberry

from licensing.messages import Message
from resolvers.errors import BadUserInput
from schema.core.descriptions import interface_type

_DECODED = re.compile(r"([A-Za-z]+):(0|[1-9][0-9]{0,17})(?::([a-z0-9-]{1,100}))?")


@interface_type
class Node:
    """An object with a global ID, which the `node` query can fetch."""

    id: strawberry.ID
    """Global ID: opaque, stable and unique across types."""


def global_id(type_name: str) -> Callable[..., str]:
    """Return a function that encodes the global ID of an object from its local ID and further parts, if any.

    Its attribute `expression` is a format string of Python source that does the same for a number. Compiled selections,
    which encode hundreds of IDs, use it instead of a call.
    """

    def encode(part: int | str, *others: int | str) -> str:
        text = f"{type_name}:{part}"
        for other in others:
            text += f":{other}"
        return b2a_base64(text.encode(), newline=False).decode()

    encode.expression = f"b2a_base64(b'{type_name}:%d' % {{}}, newline=False).decode()"  # type: ignore[attr-defined]
    return encode


def decode(id_: str) -> tuple[str, int, str | None]:
    """Return the type's name, the local ID and the second part of a global ID; the latter is None if absent.

    Raises:
        BadUserInput: The text is not a global ID.
    """
    try:
        decoded = b64decode(id_, validate=True)
        read = _DECODED.fullmatch(decoded.decode()) if b64encode(decoded).decode() == id_ else None
    except ValueError:
        read = None
    if read is None:
        raise BadUserInput(Message("`{id}` is not an ID. Give one from an `id` field, unaltered.", id=id_[:100]))
    return read[1], int(read[2]), read[3]


def decode_id(id_: str, type_name: str) -> int:
    """Return the local ID in a global ID of a type; 0, which no row has, for an ID of another type.

    Raises:
        BadUserInput: The text is not a global ID.
    """
    name, number, _ = decode(id_)
    return number if name == type_name else 0

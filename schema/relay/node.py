"""Global IDs: opaque to clients, the type's name and the local id to us."""

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
    """An object with a global ID, which `node` can fetch again."""

    id: strawberry.ID
    """Opaque, stable, unique across types."""


def global_id(type_name: str) -> Callable[..., str]:
    """A function from local id, and what else names an object of the type, to its global ID.

    Compiled answers, which make hundreds, have it as an expression of a number, too.
    """

    def encode(part: int | str, *others: int | str) -> str:
        text = f"{type_name}:{part}"
        for other in others:
            text += f":{other}"
        return b2a_base64(text.encode(), newline=False).decode()

    encode.expression = f"b2a_base64(b'{type_name}:%d' % {{}}, newline=False).decode()"  # type: ignore[attr-defined]
    return encode


def decode(id_: str) -> tuple[str, int, str | None]:
    """The type's name, the local id, and the second part of the ID where it has one.

    Raises:
        BadUserInput: It is no global ID.
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
    """The local id; 0, which no row has, if the ID is of another type.

    Raises:
        BadUserInput: It is no global ID.
    """
    name, number, _ = decode(id_)
    return number if name == type_name else 0

"""Checks that the inputs of several mutations share."""

from collections.abc import Sequence

from licensing.errors import Invalid, TooManyItems
from licensing.messages import Message
from schema.execution.cost import MAX_ITEMS
from schema.relay.node import decode_id


def decode_user_ids(ids: Sequence[str], *path: str) -> list[int]:
    """Return the local IDs of the users with these global IDs; 0 for an ID of another type.

    Args:
        ids: Global IDs.
        path: Path of the list in the input, for error messages.

    Raises:
        Invalid: The list is empty, or an ID occurs twice.
        TooManyItems: The list has more than `MAX_ITEMS` items.
    """
    check_count(ids, *path)
    seen: set[str] = set()
    for position, id_ in enumerate(ids):
        if id_ in seen:
            raise Invalid([*path, str(position)], reason=Message("This user is listed twice. List each user once."))
        seen.add(id_)
    return [decode_id(id_, "User") for id_ in ids]


def check_count(items: Sequence[object], *path: str) -> None:
    """Raise an error if a list is empty or too long.

    Raises:
        Invalid: The list is empty.
        TooManyItems: The list has more than `MAX_ITEMS` items.
    """
    if not items:
        raise Invalid(path, reason=Message("The list is empty. Name at least one item."))
    if len(items) > MAX_ITEMS:
        raise TooManyItems(path, count=len(items), limit=MAX_ITEMS)


def require_non_blank(text: str, *path: str) -> str:
    """Return a text without leading and trailing white space.

    Raises:
        Invalid: The text is blank.
    """
    if not text.strip():
        raise Invalid(path, reason=Message("This is blank. Enter a text."))
    return text.strip()

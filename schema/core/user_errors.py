"""How a refusal reaches the client: by the rules in `userErrors`, before anything runs as an error with a code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import strawberry
from graphql import GraphQLError, Node

from licensing.enums import UserErrorCode
from licensing.errors import LicensingError
from licensing.messages import Message
from resolvers.context import Context
from resolvers.errors import RequestError
from schema.core.descriptions import object_type


def _message(self: "UserError", info: strawberry.Info[Context, None]) -> str:
    """What went wrong and what to do about it, in the language of `Accept-Language`."""
    return self.source.in_language(info.context.language)


@object_type
class UserError:
    """Why a mutation did not do what was asked. For a person to read and a program to act on."""

    code: UserErrorCode
    """Stable reason; act on this, not on `message`. Expect values you do not know yet."""
    message: str = strawberry.field(resolver=_message)
    path: list[str] | None
    """Path to the input at fault, as in `["input", "userIds", "2"]`; null if no one field is."""
    source: strawberry.Private[Message]


class Payload(Protocol):
    """What a mutation answers."""

    user_errors: list[UserError]


@contextmanager
def collect_user_errors(payload: Payload) -> Iterator[None]:
    """Puts a refusal by the rules into the payload, which keeps what it holds already."""
    try:
        yield
    except LicensingError as error:
        payload.user_errors.append(UserError(code=error.code, source=error.message, path=error.path))


def graphql_error(refusal: RequestError, node: Node | None = None) -> GraphQLError:
    """The top-level error of a call that is refused before anything runs, or for a part of its document."""
    return GraphQLError(str(refusal), node, extensions={"code": refusal.code}, original_error=refusal)

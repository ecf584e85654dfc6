"""User errors of mutations, and top-level errors with a code."""

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
    """The cause and how to resolve it, in the language of the `Accept-Language` header."""
    return self.source.in_language(info.context.language)


@object_type
class UserError:
    """An error that a mutation reports to the user."""

    code: UserErrorCode
    """Stable code for programs to act on. New codes may be added."""
    message: str = strawberry.field(resolver=_message)
    path: list[str] | None
    """Path to the input field at fault, such as `["input", "userIds", "2"]`; null if the error concerns no field."""
    source: strawberry.Private[Message]


class HasUserErrors(Protocol):
    """A payload with user errors."""

    user_errors: list[UserError]


@contextmanager
def collect_user_errors(payload: HasUserErrors) -> Iterator[None]:
    """Append a `LicensingError` raised in the block to the payload's user errors, and continue after the block."""
    try:
        yield
    except LicensingError as error:
        payload.user_errors.append(UserError(code=error.code, source=error.message, path=error.path))


def graphql_error(error: RequestError, node: Node | None = None) -> GraphQLError:
    """Return the top-level GraphQL error for a rejected request.

    Args:
        error: The error, whose code becomes `extensions.code`.
        node: The part of the document that the error concerns, if any.
    """
    return GraphQLError(str(error), node, extensions={"code": error.code}, original_error=error)

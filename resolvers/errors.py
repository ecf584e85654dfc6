"""Errors of requests that are rejected before they are executed; violated rules are in `licensing.errors`.

RequestError
├── Unauthenticated      no valid credentials
├── Forbidden            valid credentials without the required permission
├── BadUserInput         an invalid value, such as a malformed ID or cursor, a page size out of range, or NUL in a text
├── TooComplex           a document beyond a complexity limit
└── KeyReused            an idempotency key that was used for a different request
"""

from licensing.messages import Message


class RequestError(Exception):
    """A request that is rejected whatever the state of the licenses."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: Message) -> None:
        """Store the message, which says the cause and the next step."""
        self.message = message
        super().__init__(str(message))


class Unauthenticated(RequestError):
    """The request carries no valid credentials."""

    code = "UNAUTHENTICATED"


class Forbidden(RequestError):
    """The caller lacks the required permission."""

    code = "FORBIDDEN"


class BadUserInput(RequestError):
    """A value is invalid."""

    code = "BAD_USER_INPUT"


class TooComplex(RequestError):
    """A document exceeds a complexity limit."""

    code = "QUERY_TOO_COMPLEX"


class KeyReused(RequestError):
    """The idempotency key was used for a different request."""

    code = "IDEMPOTENCY_KEY_REUSED"

"""Why a call is refused before anything runs; refusals by the rules are in `licensing.errors`.

CallRefused
├── Unauthenticated      no valid credentials
├── Forbidden            valid credentials that may not do this
├── BadUserInput         a value that no call takes: a malformed id or cursor, a page out of range, NUL in a text
├── TooComplex           a document that asks for too much
└── KeyReused            an idempotency key that another call was sent with
"""

from licensing.messages import Message


class RequestError(Exception):
    """A call that is refused whatever the state of the licenses."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: Message) -> None:
        """Say what is wrong, and what to do."""
        self.message = message
        super().__init__(str(message))


class Unauthenticated(RequestError):
    """The call carries no valid credentials."""

    code = "UNAUTHENTICATED"


class Forbidden(RequestError):
    """The caller may not do this."""

    code = "FORBIDDEN"


class BadUserInput(RequestError):
    """A value is one that no call takes."""

    code = "BAD_USER_INPUT"


class TooComplex(RequestError):
    """A document goes beyond a limit."""

    code = "QUERY_TOO_COMPLEX"


class KeyReused(RequestError):
    """The caller has sent another call with this idempotency key."""

    code = "IDEMPOTENCY_KEY_REUSED"

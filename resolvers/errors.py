"""Why a call is refused before anything runs; refusals by the rules are in `licensing.errors`.

CallRefused
├── Unauthenticated      no valid credentials
├── Forbidden            valid credentials that may not do this
├── BadUserInput         a value that no call takes: a malformed id or cursor, a page out of range, NUL in a text
├── TooComplex           a document that asks for too much
└── KeyReused            an idempotency key that another call was sent with
"""

from licensing.messages import Words


class CallRefused(Exception):
    """A call that is refused whatever the state of the licenses."""

    code = "BAD_USER_INPUT"

    def __init__(self, words: Words) -> None:
        """Say what is wrong, and what to do."""
        self.words = words
        super().__init__(str(words))


class Unauthenticated(CallRefused):
    """The call carries no valid credentials."""

    code = "UNAUTHENTICATED"


class Forbidden(CallRefused):
    """The caller may not do this."""

    code = "FORBIDDEN"


class BadUserInput(CallRefused):
    """A value is one that no call takes."""

    code = "BAD_USER_INPUT"


class TooComplex(CallRefused):
    """A document goes beyond a limit."""

    code = "QUERY_TOO_COMPLEX"


class KeyReused(CallRefused):
    """The caller has sent another call with this idempotency key."""

    code = "IDEMPOTENCY_KEY_REUSED"

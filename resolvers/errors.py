"""Why a call is refused before anything runs; refusals by the rules are in `licensing.errors`.

CallRefused
├── Unauthenticated      no valid credentials
├── Forbidden            valid credentials that may not do this
├── BadUserInput         a value that no call takes: a malformed id or cursor, a page out of range, NUL in a text
└── KeyReused            an idempotency key that another call was sent with
"""


class CallRefused(Exception):
    """A call that is refused whatever the state of the licenses."""

    code = "BAD_USER_INPUT"


class Unauthenticated(CallRefused):
    """The call carries no valid credentials."""

    code = "UNAUTHENTICATED"


class Forbidden(CallRefused):
    """The caller may not do this."""

    code = "FORBIDDEN"


class BadUserInput(CallRefused):
    """A value is one that no call takes."""

    code = "BAD_USER_INPUT"


class KeyReused(CallRefused):
    """The caller has sent another call with this idempotency key."""

    code = "IDEMPOTENCY_KEY_REUSED"

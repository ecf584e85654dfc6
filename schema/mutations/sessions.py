"""Mutations of sessions: sign in, sign out."""

from typing import Annotated

from resolvers.auth import sessions
from schema.core.descriptions import argument, input_type, object_type
from schema.core.permissions import Access, Info, mutation
from schema.core.row_mapping import from_row
from schema.core.user_errors import collect_user_errors
from schema.execution.cost import weight
from schema.mutations.payload import Payload
from schema.types.viewer import Viewer


@input_type
class SignInInput:
    """Input of `signIn`."""

    login: str
    """The administrator's login name."""
    password: str
    """The administrator's password."""
    serial_number: str | None = None
    """Serial number of the installation to sign in to. Required only if the server hosts several installations."""


@object_type
class SignInPayload(Payload):
    """Payload of `signIn`."""

    viewer: Viewer | None = None
    """The administrator who signed in; null on failure."""


@object_type
class SignOutPayload(Payload):
    """Payload of `signOut`. Its `query` root is read without credentials."""


@object_type
class SessionMutations:
    """Mutations that begin and end sessions."""

    @mutation(requires=Access.PUBLIC, costs=[weight(1_000)])
    async def sign_in(
        self, info: Info, input: Annotated[SignInInput, argument("The administrator's credentials.")]
    ) -> SignInPayload | None:
        """Signs an administrator in and sets the session cookie. Allowed once per request.
        Errors: CREDENTIALS_INVALID, RATE_LIMITED.
        """
        payload = SignInPayload()
        with collect_user_errors(payload):
            principal = await sessions.sign_in(info.context, input.login, input.password, input.serial_number)
            payload.viewer = from_row(Viewer, principal, info.context)
        return payload

    @mutation(requires=Access.PUBLIC)
    async def sign_out(self, info: Info) -> SignOutPayload | None:
        """Ends the session and clears the session cookie. Always succeeds."""
        await sessions.sign_out(info.context)
        return SignOutPayload()

"""Mutations of API tokens: create, revoke."""

from datetime import datetime
from typing import Annotated

import strawberry

from licensing.enums import ApiScope
from resolvers.auth import api_tokens
from resolvers.context import Context
from resolvers.dataloaders import Loaders
from schema.core.descriptions import argument, input_type, object_type
from schema.core.permissions import Info, mutation
from schema.core.row_mapping import from_row
from schema.core.user_errors import collect_user_errors
from schema.mutations.inputs import require_non_blank
from schema.mutations.payload import Payload
from schema.relay.node import decode_id
from schema.types.viewer import ApiToken


@input_type
class CreateApiTokenInput:
    """Input of `createApiToken`."""

    name: str
    """Name that describes the token's purpose."""
    scopes: list[ApiScope]
    """Scopes to grant: at least one, and only scopes that the viewer has."""
    vendor_id: strawberry.ID | None = None
    """ID of the vendor to restrict the token to; null for all vendors."""
    expires_at: datetime | None = None
    """Expiry of the token, at most one year from now. Defaults to 90 days from now."""


@input_type
class RevokeApiTokenInput:
    """Input of `revokeApiToken`."""

    api_token_id: strawberry.ID
    """ID of the token to revoke."""


@object_type
class CreateApiTokenPayload(Payload):
    """Payload of `createApiToken`."""

    api_token: ApiToken | None = None
    """The new token; null on failure."""
    secret: str | None = None
    """The secret to send as `Authorization: Bearer`. It is shown only once; the server stores only its hash."""


@object_type
class RevokeApiTokenPayload(Payload):
    """Payload of `revokeApiToken`."""

    api_token: ApiToken | None = None
    """The token after the mutation; null if not found."""


@object_type
class ApiTokenMutations:
    """Mutations that issue and revoke API tokens."""

    @mutation(requires=ApiScope.TOKENS_WRITE)
    async def create_api_token(
        self, info: Info, input: Annotated[CreateApiTokenInput, argument("The token's name, scopes and expiry.")]
    ) -> CreateApiTokenPayload | None:
        """Issues an API token for an integration. The secret is shown only in this response.
        Errors: NOT_FOUND, INVALID.
        """
        payload = CreateApiTokenPayload()
        vendor_id = None if input.vendor_id is None else decode_id(input.vendor_id, "Vendor")
        with collect_user_errors(payload):
            token_id, secret = await api_tokens.create_api_token(
                info.context,
                name=require_non_blank(input.name, "input", "name"),
                scopes=input.scopes,
                vendor_id=vendor_id,
                expires_at=input.expires_at,
            )
            payload.secret = secret or None
            payload.api_token = await _load_api_token(info.context, token_id)
        return payload

    @mutation(requires=ApiScope.TOKENS_WRITE)
    async def revoke_api_token(
        self, info: Info, input: Annotated[RevokeApiTokenInput, argument("The token to revoke.")]
    ) -> RevokeApiTokenPayload | None:
        """Revokes an API token, immediately and permanently. Errors: NOT_FOUND."""
        payload = RevokeApiTokenPayload()
        token_id = decode_id(input.api_token_id, "ApiToken")
        with collect_user_errors(payload):
            await api_tokens.revoke_api_token(info.context, token_id)
            payload.api_token = await _load_api_token(info.context, token_id)
        return payload


async def _load_api_token(context: Context, token_id: int) -> ApiToken | None:
    token = await Loaders.of(context).api_token.load(token_id)
    return from_row(ApiToken, token, context) if token else None

"""Contexts and error codes of operations that are executed against the schema."""

from dataclasses import replace

from resolvers.context import Context


def as_token(context, *scopes, vendor_id=None):
    """Return the context of a request by a token with these scopes."""
    principal = replace(context.principal, scopes=frozenset(scopes), vendor_id=vendor_id)
    return Context(principal, request_id="token")


def codes(result):
    """Return the codes of the errors of a result."""
    return [error.extensions["code"] for error in result.errors or ()]

"""The base class of all mutation payloads."""

import strawberry

from schema.core.descriptions import object_type
from schema.core.user_errors import UserError
from schema.query import Query


@object_type
class Payload:
    """Fields that every mutation payload has."""

    query: Query = strawberry.field(default_factory=Query)
    """The query root, to read other objects in the same request, after the mutation."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Errors that the mutation reports to the user. Empty on success."""

"""The schema, built once."""

from graphql import GraphQLInputObjectType, GraphQLSchema, IntrospectionQuery, Undefined, introspection_from_schema
from strawberry import Schema
from strawberry.printer import print_schema

from schema.core.permissions import check_rules
from schema.execution.compiled_executor import CompiledExecutionContext
from schema.execution.execute import Documents
from schema.mutation import Mutation
from schema.query import Query
from schema.subscription import Subscription
from schema.types.installation import Installation
from schema.types.scalars import SCALARS
from schema.types.user import LicenseAssignment


def build_schema() -> Schema:
    """The schema, if every root field says who may call it.

    Raises:
        TypeError: One does not.
    """
    check_rules(Query, Mutation, Subscription)
    built = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Installation, LicenseAssignment],
        scalar_overrides=SCALARS,
        extensions=[Documents],
        execution_context_class=CompiledExecutionContext,
    )
    _leave_out_null_defaults(built._schema)
    return built


def _leave_out_null_defaults(core: GraphQLSchema) -> None:
    """What need not be given has no default: whether it is left out or null makes no difference, to clients too."""
    for type_ in core.type_map.values():
        fields = getattr(type_, "fields", {}).values()
        inputs = (
            fields
            if isinstance(type_, GraphQLInputObjectType)
            else [a for f in fields for a in getattr(f, "args", {}).values()]
        )
        for one in inputs:
            if one.default_value is None:
                one.default_value = Undefined


def print_sdl() -> str:
    """The schema in GraphQL's own language, the contract with clients."""
    return print_schema(schema) + "\n"


def introspection() -> IntrospectionQuery:
    """The same as introspection answers it, for tools that do not read GraphQL's own language."""
    return introspection_from_schema(schema._schema)


schema = build_schema()

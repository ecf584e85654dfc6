"""The schema: built once, when this module is imported."""

from graphql import GraphQLInputObjectType, GraphQLSchema, IntrospectionQuery, Undefined, introspection_from_schema
from strawberry import Schema
from strawberry.printer import print_schema

from schema.core.permissions import check_rules
from schema.execution.compiled_executor import CompiledExecutionContext
from schema.execution.execute import DocumentExtension
from schema.execution.graphql_core import core_schema
from schema.mutation import Mutation
from schema.query import Query
from schema.subscription import Subscription
from schema.types.installation import Installation
from schema.types.scalars import SCALARS
from schema.types.user import LicenseAssignment


def build_schema() -> Schema:
    """Build the schema.

    Raises:
        TypeError: A root field declares no access rule.
    """
    check_rules(Query, Mutation, Subscription)
    built = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Installation, LicenseAssignment],
        scalar_overrides=SCALARS,
        extensions=[DocumentExtension],
        execution_context_class=CompiledExecutionContext,
    )
    _remove_null_defaults(core_schema(built))
    return built


def _remove_null_defaults(core: GraphQLSchema) -> None:
    """Remove null as the default of optional inputs, since omitting an input and giving null mean the same."""
    for type_ in core.type_map.values():
        fields = getattr(type_, "fields", {}).values()
        inputs = (
            fields
            if isinstance(type_, GraphQLInputObjectType)
            else [a for f in fields for a in getattr(f, "args", {}).values()]
        )
        for input in inputs:
            if input.default_value is None:
                input.default_value = Undefined


def print_sdl() -> str:
    """Return the schema in the schema definition language."""
    return print_schema(schema) + "\n"


def introspection() -> IntrospectionQuery:
    """Return the result of the introspection query, for tools that do not read the schema definition language."""
    return introspection_from_schema(core_schema(schema))


schema = build_schema()

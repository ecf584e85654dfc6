"""The introspection queries of common tools are within the limits; see each tool's source for its query."""

import pytest
from graphql import IntrospectionQuery, build_client_schema, get_introspection_query, print_schema

from schema.build import schema
from schema.execution.document import read_document
from schema.execution.execute import run
from schema.execution.graphql_core import core_schema

ALL = {
    "specified_by_url": True, "directive_is_repeatable": True, "schema_description": True,
    "input_value_deprecation": True, "one_of": True,
}  # fmt: skip
QUERIES = {
    "graphql-core, by default": get_introspection_query(),
    "graphql-core, nothing optional": get_introspection_query(descriptions=False),
    "graphql-js and GraphiQL 5, all options": get_introspection_query(**ALL),
    "GraphiQL 5, without one of": get_introspection_query(**{**ALL, "one_of": False}),
    "Apollo codegen and rover: 7 levels": get_introspection_query(**ALL, type_depth=7),
    "urql and gql.tada: 9 levels without descriptions": get_introspection_query(False, **ALL, type_depth=9),
    "Insomnia and Altair: 9 levels": get_introspection_query(**ALL, type_depth=9),
    "12 levels": get_introspection_query(**ALL, type_depth=12),
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
async def test_introspection_of_common_tools_is_allowed(context, query):
    document = read_document(core_schema(schema), query, suggestions=True)
    assert document.errors == []
    document.check("IntrospectionQuery", None)
    assert document.cost("IntrospectionQuery", None) == 0

    result = await run(schema, document, context)

    assert result.errors is None
    read: IntrospectionQuery = result.data  # type: ignore[assignment]
    assert "type License implements Node" in print_schema(build_client_schema(read))

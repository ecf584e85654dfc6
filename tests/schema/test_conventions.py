"""Conventions for the types, fields and arguments of the schema."""

import re

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    is_introspection_type,
    is_specified_scalar_type,
)

from licensing.enums import UserErrorCode
from schema.build import schema
from schema.execution.graphql_core import core_schema

CORE = core_schema(schema)
TYPES = [
    type_
    for type_ in CORE.type_map.values()
    if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
]
OBJECTS = [type_ for type_ in TYPES if isinstance(type_, GraphQLObjectType)]
PAYLOADS = [type_ for type_ in OBJECTS if type_.name.endswith("Payload")]
CONNECTIONS = [type_ for type_ in OBJECTS if type_.name.endswith("Connection")]


def described_elements():
    """Yield each element that has a description, with its coordinate."""
    for type_ in TYPES:
        yield type_.name, type_
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{type_.name}.{name}", value) for name, value in type_.values.items())
        for name, field in getattr(type_, "fields", {}).items():
            yield f"{type_.name}.{name}", field
            for argument, definition in getattr(field, "args", {}).items():
                yield f"{type_.name}.{name}({argument})", definition


def test_descriptions_are_full_sentences():
    undescribed = [
        coordinate
        for coordinate, element in described_elements()
        if not (element.description or "").strip().endswith(".")
    ]

    assert undescribed == []


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_names_follow_graphql_conventions(type_):
    assert re.fullmatch(r"[A-Z][A-Za-z]*|URL", type_.name)
    if isinstance(type_, GraphQLEnumType):
        assert all(re.fullmatch(r"[A-Z][A-Z_]*", value) for value in type_.values)
    for name, field in ({} if isinstance(type_, GraphQLEnumType) else getattr(type_, "fields", {})).items():
        assert re.fullmatch(r"[a-z][A-Za-z0-9]*", name)
        assert all(re.fullmatch(r"[a-z][A-Za-z]*", argument) for argument in getattr(field, "args", {}))


@pytest.mark.parametrize("connection", CONNECTIONS, ids=str)
def test_connections_follow_relay(connection):
    item = connection.name.removesuffix("Connection")
    edge = CORE.type_map[f"{item}Edge"]
    assert isinstance(edge, GraphQLObjectType)

    assert {name: str(field.type) for name, field in connection.fields.items()} == {
        "edges": f"[{item}Edge!]!",
        "nodes": f"[{item}!]!",
        "pageInfo": "PageInfo!",
        "totalCount": "Int!",
    }
    assert {name: str(field.type) for name, field in edge.fields.items()} == {"cursor": "String!", "node": f"{item}!"}


def test_connections_take_page_arguments():
    page = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
    fields = [field for type_ in OBJECTS for field in type_.fields.values()]
    lists = [field for field in fields if str(field.type).removesuffix("!").endswith("Connection")]

    assert len(lists) == 7
    assert all({name: str(field.args[name].type) for name in page} == page for field in lists)


@pytest.mark.parametrize("payload", PAYLOADS, ids=str)
def test_payloads_have_query_and_user_errors(payload):
    assert str(payload.fields["query"].type) == "Query!"
    assert str(payload.fields["userErrors"].type) == "[UserError!]!"


@pytest.mark.parametrize(("name", "field"), list(CORE.mutation_type.fields.items()), ids=str)
def test_mutations_have_input_and_payload(name, field):
    type_name = name[0].upper() + name[1:]

    assert str(field.type) == f"{type_name}Payload"
    assert {argument: str(definition.type) for argument, definition in field.args.items()} in (
        {},
        {"input": f"{type_name}Input!"},
    )


@pytest.mark.parametrize(("name", "field"), list(CORE.mutation_type.fields.items()), ids=str)
def test_documented_error_codes_exist(name, field):
    documented = re.findall(r"\b[A-Z]+(?:_[A-Z]+)*\b", field.description.partition("Errors:")[2])

    assert name == "signOut" or documented
    assert {code for code in documented if len(code) > 1} <= set(UserErrorCode)


def test_root_fields_are_nullable():
    for root in (CORE.query_type, CORE.mutation_type):
        assert not [name for name, field in root.fields.items() if isinstance(field.type, GraphQLNonNull)]


@pytest.mark.parametrize("type_", [type_ for type_ in OBJECTS if "id" in type_.fields], ids=lambda type_: type_.name)
def test_types_with_an_id_are_nodes(type_):
    from schema.relay.node_resolvers import _LOOKUPS

    assert CORE.type_map["Node"] in type_.interfaces
    assert type_.name in _LOOKUPS


def test_optional_inputs_have_no_default():
    inputs = [type_ for type_ in TYPES if isinstance(type_, GraphQLInputObjectType)]
    defaults = {
        f"{type_.name}.{name}": field.default_value
        for type_ in inputs
        for name, field in type_.fields.items()
        if isinstance(field.type, GraphQLNonNull) and "ASC" in str(field.default_value)
    }

    assert defaults == {"UserOrder.direction": "ASC"}


def test_node_is_the_only_interface():
    assert [type_.name for type_ in TYPES if isinstance(type_, GraphQLInterfaceType)] == ["Node"]

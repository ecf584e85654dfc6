"""Rules that every type, field and argument of the schema keeps."""

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

CORE = schema._schema
TYPES = [
    type_
    for type_ in CORE.type_map.values()
    if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
]
OBJECTS = [type_ for type_ in TYPES if isinstance(type_, GraphQLObjectType)]
PAYLOADS = [type_ for type_ in OBJECTS if type_.name.endswith("Payload")]
CONNECTIONS = [type_ for type_ in OBJECTS if type_.name.endswith("Connection")]


def described():
    """Each thing that has a description, by where it stands."""
    for type_ in TYPES:
        yield type_.name, type_
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{type_.name}.{name}", value) for name, value in type_.values.items())
        for name, field in getattr(type_, "fields", {}).items():
            yield f"{type_.name}.{name}", field
            for argument, of_field in getattr(field, "args", {}).items():
                yield f"{type_.name}.{name}({argument})", of_field


def test_everything_is_described_in_sentences():
    silent = [place for place, thing in described() if not (thing.description or "").strip().endswith(".")]

    assert silent == []


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_names_are_spelled_as_everywhere(type_):
    assert re.fullmatch(r"[A-Z][A-Za-z]*|URL", type_.name)
    if isinstance(type_, GraphQLEnumType):
        assert all(re.fullmatch(r"[A-Z][A-Z_]*", value) for value in type_.values)
    for name, field in ({} if isinstance(type_, GraphQLEnumType) else getattr(type_, "fields", {})).items():
        assert re.fullmatch(r"[a-z][A-Za-z0-9]*", name)
        assert all(re.fullmatch(r"[a-z][A-Za-z]*", argument) for argument in getattr(field, "args", {}))


@pytest.mark.parametrize("connection", CONNECTIONS, ids=str)
def test_connections_are_shaped_after_relay(connection):
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


def test_every_connection_takes_a_page():
    page = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
    fields = [field for type_ in OBJECTS for field in type_.fields.values()]
    lists = [field for field in fields if str(field.type).removesuffix("!").endswith("Connection")]

    assert len(lists) == 7
    assert all({name: str(field.args[name].type) for name in page} == page for field in lists)


@pytest.mark.parametrize("payload", PAYLOADS, ids=str)
def test_payloads_lead_to_the_root_and_say_why_not(payload):
    assert str(payload.fields["query"].type) == "Query!"
    assert str(payload.fields["userErrors"].type) == "[UserError!]!"


@pytest.mark.parametrize(("name", "field"), list(CORE.mutation_type.fields.items()), ids=str)
def test_mutations_take_one_input_and_answer_a_payload_of_their_name(name, field):
    type_name = name[0].upper() + name[1:]

    assert str(field.type) == f"{type_name}Payload"
    assert {argument: str(of.type) for argument, of in field.args.items()} in ({}, {"input": f"{type_name}Input!"})


@pytest.mark.parametrize(("name", "field"), list(CORE.mutation_type.fields.items()), ids=str)
def test_the_errors_in_a_mutations_description_exist(name, field):
    stated = re.findall(r"\b[A-Z]+(?:_[A-Z]+)*\b", field.description.partition("Errors:")[2])

    assert name == "signOut" or stated
    assert {code for code in stated if len(code) > 1} <= set(UserErrorCode)


def test_root_fields_may_be_null_and_nothing_else_without_a_stated_reason():
    for root in (CORE.query_type, CORE.mutation_type):
        assert not [name for name, field in root.fields.items() if isinstance(field.type, GraphQLNonNull)]


@pytest.mark.parametrize("type_", [type_ for type_ in OBJECTS if "id" in type_.fields], ids=lambda type_: type_.name)
def test_what_has_an_id_can_be_fetched_again(type_):
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


def test_the_only_interface_is_node():
    assert [type_.name for type_ in TYPES if isinstance(type_, GraphQLInterfaceType)] == ["Node"]

"""Documents that exceed a limit are rejected before validation; costs follow the schema's directives."""

import time

import pytest
from graphql import GraphQLError, GraphQLList, GraphQLObjectType, get_introspection_query, get_named_type
from graphql import get_nullable_type as nullable

from schema.build import schema
from schema.execution.complexity import MAX_CHARACTERS, MAX_TOKENS
from schema.execution.cost import ListSize
from schema.execution.document import read_document
from schema.execution.graphql_core import core_schema, strawberry_field
from schema.relay.node import global_id

USERS = [global_id("User")(number) for number in range(1, 101)]


def read(text):
    return read_document(core_schema(schema), text, suggestions=True)


def cost(text, operation_name=None, **variables):
    document = read(text)
    assert document.errors == []
    return document.cost(operation_name, variables)


def error_message(text):
    with pytest.raises(GraphQLError) as failure:
        read(text)
    assert failure.value.extensions == {"code": "QUERY_TOO_COMPLEX"}
    return failure.value.message


def nested(depth):
    """Return a document with nested fields."""
    path = ['license(key: "superoffice.a")', *["pendingChange", "license"] * depth][: depth - 1]
    return "{" + "{".join([*path, "key"]) + "}" * depth


def aliased(count):
    return "{" + " ".join(f"a{number}: viewer {{ scopes }}" for number in range(count)) + "}"


def document_with_tokens(count):
    return "{" + " ".join(f"a{number}" for number in range(count - 2)) + "}"


def test_character_limit():
    assert read("{viewer{scopes}}".ljust(MAX_CHARACTERS)).errors == []
    assert "20,001 characters" in error_message("{viewer{scopes}}".ljust(MAX_CHARACTERS + 1))


def test_token_limit():
    assert "Cannot query field" in read(document_with_tokens(MAX_TOKENS)).errors[0].message
    message = "The document has 1,001 tokens; at most 1,000 are allowed. Send values as variables, or split it."
    assert error_message(document_with_tokens(MAX_TOKENS + 1)) == message


def test_parser_stops_at_token_limit():
    assert "more than 3,000 tokens" in error_message("{viewer{scopes" + " a" * 3_000 + "}}")


def test_comments_are_not_counted_as_tokens():
    assert read("#\n" * 5_000 + "{viewer{scopes}}").errors == []


def test_depth_limit():
    assert read(nested(10)).errors == []
    assert error_message(nested(11)).startswith("The document nests 11 fields; at most 10 are allowed.")


def test_depth_includes_fragments():
    fragment = "fragment A on License {" + "pendingChange { license {" * 4 + "key" + "}}" * 4 + "}"

    assert read('{ license(key: "superoffice.a") { ...A } }' + fragment).errors == []
    error_message('{ license(key: "superoffice.a") { requires { ...A } } }' + fragment)


def test_unparsable_nesting_is_rejected():
    assert "hundreds of fields" in error_message("{a" * 300 + "}" * 300)
    assert "hundreds of fields" in error_message("{...{" + "...{" * 250 + "viewer{scopes}" + "}" * 252)


def test_unmeasurable_fragment_nesting_is_rejected():
    inline = "...{" * 60
    fragments = "".join(f"fragment F{n} on Query {{{inline}...F{n + 1}{'}' * 61}" for n in range(14))
    document = "{...F0}" + fragments + "fragment F14 on Query {viewer{scopes}}"

    def in_deep_stack(frames):
        return in_deep_stack(frames - 1) if frames else error_message(document)

    assert "hundreds of fields" in in_deep_stack(300)


def test_alias_limit():
    assert read(aliased(15)).errors == []
    assert error_message(aliased(16)).startswith("The document has 16 aliases")


def test_fragment_aliases_count_per_spread():
    error_message("{ ...A ...A } fragment A on Query " + aliased(8))


def test_directive_limit():
    assert read("{" + "viewer @skip(if: true) {scopes} " * 50 + "}").errors == []
    error_message("{" + "viewer @skip(if: true) {scopes} " * 51 + "}")
    error_message("query " + "@x " * 51 + "{viewer{scopes}}")


def test_excessively_repeated_fields_are_rejected():
    assert "500,000" in error_message("{viewer{" + "scopes " * 990 + "}}")


@pytest.mark.parametrize("sign_in", ['a: signIn(input: {login: "a", password: "b"}) { userErrors { code } }'])
def test_sign_in_limit(sign_in):
    assert read(f"mutation {{ {sign_in} }}").errors == []
    assert "2 fields `signIn`" in error_message(f"mutation {{ {sign_in} {sign_in.replace('a:', 'b:', 1)} }}")
    error_message(f"mutation {{ ...A {sign_in} }} fragment A on Mutation {{ {sign_in.replace('a:', 'b:', 1)} }}")


def test_other_mutations_may_be_repeated():
    mutation = "rejectPendingChanges(input: {changeSetId: $id, reason: $why}) { userErrors { code } }"
    assert read(f"mutation ($id: ID!, $why: String!) {{ a: {mutation} b: {mutation} }}").errors == []


@pytest.mark.parametrize("length", [15, 60])  # 15 would terminate in exponential time as well
def test_nested_fragments_are_measured_in_linear_time(measured, length):
    bomb = "{...F0}" + "".join(f"fragment F{n} on Query {{...F{n + 1} ...F{n + 1}}}" for n in range(length))
    with measured("CPU to measure fragments that nest 60 times", most=0.5, clock=time.process_time):
        assert cost(bomb + f"fragment F{length} on Query {{viewer{{scopes}}}}") == 2**length


@pytest.mark.parametrize("length", [1, 2, 60])
def test_fragment_cycles_are_invalid(length):
    cycle = "".join(f"fragment F{n} on Query {{...F{(n + 1) % length}}}" for n in range(length))
    document = read("{...F0}" + cycle)
    assert "within itself" in document.errors[0].message
    assert document.cost(None, {}) == 0


def test_unused_fragments_are_measured():
    error_message("{viewer{scopes}} fragment A on Query " + aliased(16))


def test_introspection_query_is_allowed():
    assert cost(get_introspection_query(input_value_deprecation=True)) == 0


def introspection_fields(tokens):
    return "name kind description isOneOf specifiedByURL ofType{name} " * (tokens // 9)


def test_introspection_has_its_own_token_limit():
    document = "{__schema{types{" + introspection_fields(1_500) + "}}"

    assert read(document + " viewer{scopes}}").errors == []
    error_message(document + "viewer{scopes" + " scopes" * 1_000 + "}}")
    error_message("{__schema{types{" + introspection_fields(2_100) + "}}}")


def test_introspection_fragments_count_as_introspection():
    assert read('{__type(name: "User"){...A}} fragment A on __Type {' + introspection_fields(1_500) + "}").errors == []


def test_introspection_cycles_are_rejected():
    wide = " ".join(f"a{n}: fields {{type {{fields {{type {{name}} args {{name}}}}}}}}" for n in range(15))
    assert "objects of the schema" in error_message("{__schema{types{" + wide + "}}}")
    error_message("{__schema{types{" + "fields{type{" * 6 + "name" + "}}" * 6 + "}}}")
    deep = read("{__schema{types{" + "fields{type{" * 3 + "name" + "}}" * 3 + "}}}")
    assert "introspection depth" in deep.errors[0].message


@pytest.mark.parametrize(
    ("text", "variables", "points"),
    [
        ("{ viewer { scopes } }", {}, 1),
        ("{ viewer { actor { name } scopes } __typename }", {}, 2),
        ("{ users(first: 20) { totalCount } }", {}, 1),
        ("{ users(first: 20) { nodes { id name } } }", {}, 1 + 20),
        ("{ users { nodes { id } } }", {}, 1 + 50),
        ("{ users(last: 3) { edges { cursor node { id } } pageInfo { endCursor } } }", {}, 1 + 3 * 2 + 1),
        ("{ users(first: 2) { nodes { assignments { license { key } } } } }", {}, 1 + 2 * (1 + 5 * (1 + 1))),
        ("query ($n: Int) { users(first: $n) { nodes { id } } }", {"n": 7}, 1 + 7),
        ("query ($n: Int) { users(first: $n) { nodes { id } } }", {"n": 7.0}, 1 + 7),
        ("query ($n: Int) { users(first: $n) { nodes { id } } }", {"n": None}, 1 + 50),
        ("query ($n: Int) { users(first: $n) { nodes { id } } }", {}, 1 + 50),
        ("query ($n: Int = 9) { users(first: $n) { nodes { id } } }", {}, 1 + 9),
        ("query ($n: Int, $m: Int) { users(first: $n, last: $m) { nodes { id } } }", {"m": 4}, 1 + 4),
        (
            """query ($n: Int, $m: Int) { vendors { licenses(first: $n) { nodes { ...L } } } }
            fragment L on License { assignments(first: $m) { ...P } }
            fragment P on LicenseAssignmentConnection { nodes { user { name } } }""",
            {"n": 3, "m": 4},
            5 * (1 + 1 + 3 * (1 + 1 + 4 * 2)),
        ),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": USERS}, 100),
        ('{ nodes(ids: ["VXNlcjox", "VXNlcjoy"]) { id ... on User { assignments { assignedAt } } } }', {}, 2 * (1 + 5)),
        (
            """mutation ($l: ID!, $u: [ID!]!) { revokeUserLicenses(input: {licenseId: $l, userIds: $u}) {
              results { outcome user { name } } license { key } query { viewer { scopes } } userErrors { code } } }""",
            {"u": USERS},
            1 + 100 * 2 + 1 + 2 + 5,
        ),
        (
            """mutation ($input: AssignUserLicensesInput!) {
              assignUserLicenses(input: $input) { users { id } } }""",
            {"input": {"userIds": USERS[:30]}},
            1 + 30,
        ),
        ("{ surplusRequirements { suggestions(first: 10) { reason } } }", {}, 5 * (1 + 10)),
        ("{ surplusRequirements { suggestions { reason } } }", {}, 5 * (1 + 100)),
        (
            "mutation ($i: SignInInput!) { signIn(input: $i) { viewer { scopes } } }",
            {},
            1_000 + 1,
        ),
    ],
)
def test_cost_of_operations(text, variables, points):
    assert cost(text, **variables) == points


def test_only_the_executed_operation_is_charged():
    two = "query A { viewer { scopes } } query B { users(first: 10) { nodes { id } } }"
    assert (cost(two, "A"), cost(two, "B"), cost(two, "C")) == (1, 11, 0)


def test_documents_are_cached():
    assert read("{ viewer { scopes } }") is read("{ viewer { scopes } }")


async def test_too_costly_operation_is_rejected_before_execution(execute, statements):
    query = """query ($n: Int) {
      users(first: $n) { nodes { assignments { license { assignments(first: 20) { nodes { id } } } } } }
    }"""

    result = await execute(query, n=100)
    assert [error.extensions["code"] for error in result.errors] == ["QUERY_TOO_COMPLEX"]
    assert result.errors[0].message == (
        "The operation costs 11,601 points, one for each object that it may return; at most 10,000 are allowed. "
        "Request smaller pages with `first` or `last`, or fewer fields below them."
    )
    assert statements == []
    assert not (await execute(query, n=10)).errors


async def test_page_size_is_checked_before_cost(execute):
    query = "query ($n: Int) { users(first: $n) { nodes { assignments { license { key } } } } }"

    result = await execute(query, n=1_000_000)

    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]


def fields_of_schema():
    for type_ in core_schema(schema).type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                yield type_, name, field


def test_sized_lists_declare_their_size():
    for type_, name, field in fields_of_schema():
        is_declared = any(isinstance(directive, ListSize) for directive in strawberry_field(field).directives)
        is_list = isinstance(nullable(field.type), GraphQLList)
        sized = field.args.keys() & {"first", "ids"}
        assert is_declared or not (sized or get_named_type(field.type).name.endswith("Connection")), f"{type_}.{name}"
        assert not is_list or is_declared == bool(sized), f"{type_}.{name}"

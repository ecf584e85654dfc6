"""Documents that ask for too much are refused before they are validated, and costs are what the schema says."""

import time

import pytest
from graphql import GraphQLError, GraphQLList, GraphQLObjectType, get_introspection_query, get_named_type
from graphql import get_nullable_type as nullable

from schema.build import schema
from schema.execution.complexity import MAX_CHARACTERS, MAX_TOKENS
from schema.execution.cost import ListSize
from schema.execution.document import read_document
from schema.relay.node import global_id

USERS = [global_id("User")(number) for number in range(1, 101)]


def read(text):
    return read_document(schema._schema, text)


def cost(text, operation_name=None, **variables):
    document = read(text)
    assert document.errors == []
    return document.cost(operation_name, variables)


def refusal(text):
    with pytest.raises(GraphQLError) as refused:
        read(text)
    assert refused.value.extensions == {"code": "QUERY_TOO_COMPLEX"}
    return refused.value.message


def nested(depth):
    """A document with so many fields below one another."""
    path = ['license(key: "superoffice.a")', *["pendingChange", "license"] * depth][: depth - 1]
    return "{" + "{".join([*path, "key"]) + "}" * depth


def aliased(count):
    return "{" + " ".join(f"a{number}: viewer {{ scopes }}" for number in range(count)) + "}"


def of_tokens(count):
    return "{" + " ".join(f"a{number}" for number in range(count - 2)) + "}"


def test_characters():
    assert read("{viewer{scopes}}".ljust(MAX_CHARACTERS)).errors == []
    assert "20,001 characters" in refusal("{viewer{scopes}}".ljust(MAX_CHARACTERS + 1))


def test_tokens():
    assert "Cannot query field" in read(of_tokens(MAX_TOKENS)).errors[0].message
    message = "The document has 1,001 tokens; at most 1,000 are taken. Send values as variables, or split it."
    assert refusal(of_tokens(MAX_TOKENS + 1)) == message


def test_so_many_tokens_that_reading_stops():
    assert "more than 3,000 tokens" in refusal("{viewer{scopes" + " a" * 3_000 + "}}")


def test_comments_are_no_tokens():
    assert read("#\n" * 5_000 + "{viewer{scopes}}").errors == []


def test_depth():
    assert read(nested(10)).errors == []
    assert refusal(nested(11)).startswith("The document nests 11 fields; at most 10 are taken.")


def test_depth_through_fragments():
    fragment = "fragment A on License {" + "pendingChange { license {" * 4 + "key" + "}}" * 4 + "}"

    assert read('{ license(key: "superoffice.a") { ...A } }' + fragment).errors == []
    refusal('{ license(key: "superoffice.a") { requires { ...A } } }' + fragment)


def test_nesting_that_cannot_be_read():
    assert "hundreds of fields" in refusal("{a" * 300 + "}" * 300)
    assert "hundreds of fields" in refusal("{...{" + "...{" * 250 + "viewer{scopes}" + "}" * 252)


def test_nesting_in_fragments_that_cannot_be_measured():
    inline = "...{" * 60
    fragments = "".join(f"fragment F{n} on Query {{{inline}...F{n + 1}{'}' * 61}" for n in range(14))
    document = "{...F0}" + fragments + "fragment F14 on Query {viewer{scopes}}"

    def at_the_bottom_of(stack):
        return at_the_bottom_of(stack - 1) if stack else refusal(document)

    assert "hundreds of fields" in at_the_bottom_of(300)


def test_aliases():
    assert read(aliased(15)).errors == []
    assert refusal(aliased(16)).startswith("The document has 16 aliases")


def test_aliases_in_a_fragment_count_for_each_spread():
    refusal("{ ...A ...A } fragment A on Query " + aliased(8))


def test_directives():
    assert read("{" + "viewer @skip(if: true) {scopes} " * 50 + "}").errors == []
    refusal("{" + "viewer @skip(if: true) {scopes} " * 51 + "}")
    refusal("query " + "@x " * 51 + "{viewer{scopes}}")


def test_fields_repeated_so_often_that_comparing_them_stops():
    assert "500,000" in refusal("{viewer{" + "scopes " * 990 + "}}")


@pytest.mark.parametrize("sign_in", ['a: signIn(input: {login: "a", password: "b"}) { userErrors { code } }'])
def test_one_sign_in(sign_in):
    assert read(f"mutation {{ {sign_in} }}").errors == []
    assert "2 fields `signIn`" in refusal(f"mutation {{ {sign_in} {sign_in.replace('a:', 'b:', 1)} }}")
    refusal(f"mutation {{ ...A {sign_in} }} fragment A on Mutation {{ {sign_in.replace('a:', 'b:', 1)} }}")


def test_several_other_mutations():
    refused = "rejectPendingChanges(input: {changeSetId: $id, reason: $why}) { userErrors { code } }"
    assert read(f"mutation ($id: ID!, $why: String!) {{ a: {refused} b: {refused} }}").errors == []


@pytest.mark.parametrize("length", [15, 60])  # the first would come to an end also if it were unfolded
def test_a_bomb_is_measured_in_no_time_and_costs_what_it_would(measured, length):
    bomb = "{...F0}" + "".join(f"fragment F{n} on Query {{...F{n + 1} ...F{n + 1}}}" for n in range(length))
    with measured("CPU to measure fragments that nest 60 times", most=0.5, clock=time.process_time):
        assert cost(bomb + f"fragment F{length} on Query {{viewer{{scopes}}}}") == 2**length


@pytest.mark.parametrize("length", [1, 2, 60])
def test_cycles_come_to_an_end_and_are_not_valid(length):
    cycle = "".join(f"fragment F{n} on Query {{...F{(n + 1) % length}}}" for n in range(length))
    document = read("{...F0}" + cycle)
    assert "within itself" in document.errors[0].message
    assert document.cost(None, {}) == 0


def test_one_that_is_not_used_is_measured_too():
    refusal("{viewer{scopes}} fragment A on Query " + aliased(16))


def test_tools_may_read_it():
    assert cost(get_introspection_query(input_value_deprecation=True)) == 0


def about_the_schema(tokens):
    return "name kind description isOneOf specifiedByURL ofType{name} " * (tokens // 9)


def test_the_schema_has_tokens_of_its_own():
    about = "{__schema{types{" + about_the_schema(1_500) + "}}"

    assert read(about + " viewer{scopes}}").errors == []
    refusal(about + "viewer{scopes" + " scopes" * 1_000 + "}}")
    refusal("{__schema{types{" + about_the_schema(2_100) + "}}}")


def test_fragments_that_fit_nowhere_else_belong_to_it():
    assert read('{__type(name: "User"){...A}} fragment A on __Type {' + about_the_schema(1_500) + "}").errors == []


def test_a_cycle_in_it_is_refused():
    wide = " ".join(f"a{n}: fields {{type {{fields {{type {{name}} args {{name}}}}}}}}" for n in range(15))
    assert "objects of the schema" in refusal("{__schema{types{" + wide + "}}}")
    refusal("{__schema{types{" + "fields{type{" * 6 + "name" + "}}" * 6 + "}}}")
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
def test_cost(text, variables, points):
    assert cost(text, **variables) == points


def test_the_operation_that_is_run_counts():
    two = "query A { viewer { scopes } } query B { users(first: 10) { nodes { id } } }"
    assert (cost(two, "A"), cost(two, "B"), cost(two, "C")) == (1, 11, 0)


def test_a_document_is_read_once():
    assert read("{ viewer { scopes } }") is read("{ viewer { scopes } }")


async def test_an_operation_that_costs_too_much_is_refused_before_it_runs(execute, statements):
    query = """query ($n: Int) {
      users(first: $n) { nodes { assignments { license { assignments(first: 20) { nodes { id } } } } } }
    }"""

    refused = await execute(query, n=100)
    assert [error.extensions["code"] for error in refused.errors] == ["QUERY_TOO_COMPLEX"]
    assert refused.errors[0].message == (
        "The operation costs 11,601 points, one for each object that it may return; at most 10,000 are taken. "
        "Ask for smaller pages by `first` or `last`, or for less below them."
    )
    assert statements == []
    assert not (await execute(query, n=10)).errors


async def test_a_page_out_of_range_is_said_before_what_it_would_cost(execute):
    query = "query ($n: Int) { users(first: $n) { nodes { assignments { license { key } } } } }"

    refused = await execute(query, n=1_000_000)

    assert [error.extensions["code"] for error in refused.errors] == ["BAD_USER_INPUT"]


def fields_of_the_schema():
    for type_ in schema._schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                yield type_, name, field


def test_each_connection_and_each_list_that_an_argument_sizes_says_so():
    for type_, name, field in fields_of_the_schema():
        said = any(isinstance(one, ListSize) for one in field.extensions["strawberry-definition"].directives)
        is_list = isinstance(nullable(field.type), GraphQLList)
        sized = field.args.keys() & {"first", "ids"}
        assert said or not (sized or get_named_type(field.type).name.endswith("Connection")), f"{type_}.{name}"
        assert not is_list or said == bool(sized), f"{type_}.{name}"

"""What `@include` and `@skip` exclude by the variables sent costs nothing and loads nothing; everything else costs."""

import pytest
from graphql import GraphQLError

from schema.build import schema
from schema.execution.document import read_document
from schema.execution.graphql_core import core_schema

USERS = "users(first: 10) { totalCount nodes { id } }"
SELECTION = "{{ users(first: 10) {{ nodes {{ id }} }} }}"
PLACES = {
    "field": "{{ viewer {{ scopes }} users(first: 10) {directives} {{ totalCount nodes {{ id }} }} }}",
    "inline fragment": "{{ viewer {{ scopes }} ... {directives} " + SELECTION + " }}",
    "fragment": "{{ viewer {{ scopes }} ...A {directives} }} fragment A on Query " + SELECTION,
    "field of a fragment": "{{ viewer {{ scopes }} ...A }} fragment A on Query "
    + SELECTION.replace("10)", "10) {directives}"),
    "one spread of two": "{{ viewer {{ scopes }} ... {directives} {{ ...A }} ...A @include(if: false) }}"
    " fragment A on Query " + SELECTION,
}


def read(text):
    document = read_document(core_schema(schema), text, suggestions=True)
    assert document.errors == []
    return document


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(
    ("directives", "declared", "variables"),
    [
        ("@include(if: $x)", "$x: Boolean!", {"x": True}),
        ("@include(if: $x)", "$x: Boolean!", {"x": False}),
        ("@skip(if: $x)", "$x: Boolean!", {"x": True}),
        ("@skip(if: $x)", "$x: Boolean!", {"x": False}),
        ("@skip(if: $x)", "$x: Boolean = true", {}),
        ("@skip(if: $x)", "$x: Boolean = true", {"x": False}),
        ("@include(if: $x)", "$x: Boolean = false", {}),
        ("@include(if: $x) @skip(if: $y)", "$x: Boolean!, $y: Boolean!", {"x": True, "y": True}),
        ("@include(if: $x) @skip(if: $y)", "$x: Boolean!, $y: Boolean!", {"x": True, "y": False}),
        ("@include(if: $x) @skip(if: $y)", "$x: Boolean!, $y: Boolean!", {"x": False, "y": False}),
        ("@include(if: $x) @skip(if: true)", "$x: Boolean!", {"x": True}),
        ("@include(if: true) @skip(if: $x)", "$x: Boolean!", {"x": False}),
    ],
)
async def test_cost_is_that_of_the_executed_fields(execute, place, directives, declared, variables):
    text = f"query ({declared}) " + place.format(directives=directives)

    result = await execute(text, **variables)

    assert not result.errors
    assert read(text).cost(None, variables) == 1 + (1 + 10 if "users" in result.data else 0)


@pytest.mark.parametrize("value", [None, "false", 0, [], {}])
def test_condition_that_is_not_a_boolean_excludes_nothing(value):
    text = f"query ($x: Boolean!) {{ {USERS.replace('{', '@include(if: $x) {', 1)} }}"

    assert read(text).cost(None, {"x": value}) == 1 + 10


def test_conditional_items_of_a_page_cost_when_included():
    text = """query ($x: Boolean!, $n: Int) {
      users(first: $n) { nodes @include(if: $x) { id assignments @skip(if: $x) { assignedAt } } edges { cursor } }
    }"""

    assert read(text).cost(None, {"x": True, "n": 7}) == 1 + 7 + 7
    assert read(text).cost(None, {"x": False, "n": 7}) == 1 + 7


def test_conditions_do_not_reduce_the_cost_of_introspection():
    with pytest.raises(GraphQLError, match="objects of the schema"):
        read_document(
            core_schema(schema),
            "query ($x: Boolean!) {__schema {types @include(if: $x) {"
            + " ".join(f"a{n}: fields {{type {{fields {{type {{name}} args {{name}}}}}}}}" for n in range(15))
            + "}}}",
            suggestions=True,
        )


@pytest.mark.parametrize("directive", ["@skip(if: $x)", "@include(if: $y)", "@skip(if: true)"])
async def test_skipped_fields_are_not_loaded(execute, statements, make_user, directive):
    await make_user("Kari")
    query = """query ($x: Boolean = true, $y: Boolean = false) {{
      yes: __typename @include(if: $x) no: __typename @include(if: $y)
      users(first: 2) {{ nodes {{ id ... {directive} {{ assignments {{ license {{ key }} }} }} }} }}
    }}"""

    result = await execute(query.format(directive=""))
    assert (result.errors, len(statements)) == (None, 3)
    result = await execute(query.format(directive=directive))
    assert (result.errors, len(statements)) == (None, 1)

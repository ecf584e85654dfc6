"""Depth and tokens are limited for the operation that is executed, and more widely for the document that holds it."""

import pytest
from graphql import GraphQLError

from schema.build import schema
from schema.execution.document import read_document
from schema.execution.graphql_core import core_schema


def read(text):
    return read_document(core_schema(schema), text, suggestions=True)


def nested(depth):
    """Return a selection with nested fields."""
    path = ['license(key: "superoffice.a")', *["pendingChange", "license"] * depth][: depth - 1]
    return "{" + "{".join([*path, "key"]) + "}" * depth


def long(tokens):
    """Return a selection with so many tokens."""
    return "{auditEvents(filter: {actions: [" + "SIGNED_IN " * (tokens - 16) + "]}) {totalCount}}"


def problem(document, name):
    with pytest.raises(GraphQLError) as failure:
        document.check(name, {})
    assert failure.value.extensions == {"code": "QUERY_TOO_COMPLEX"}
    return failure.value.message


def test_tokens_are_those_of_the_chosen_operation():
    document = read("query A " + long(400) + "query B " + long(990) + "query C " + long(500))

    assert document.errors == []
    for name in ("A", "B", "C"):
        document.check(name, {})


def test_chosen_operation_beyond_the_token_limit_is_rejected():
    document = read("query A " + long(900) + "query B " + long(1_000))

    document.check("A", {})
    assert "1,002 tokens; at most 1,000" in problem(document, "B")


def test_tokens_of_a_fragment_count_for_the_operations_that_use_it():
    used = "fragment U on Query {...V} fragment V on Query " + long(900)
    document = read("query A {...U ...U} query B {viewer{scopes}} query C {...U a: " + long(200)[1:] + used)

    assert document.errors == []
    document.check("A", {})
    document.check("B", {})
    assert "tokens; at most 1,000" in problem(document, "C")


def test_document_has_a_larger_token_limit():
    two = ["query A " + long(990), "query B " + long(990)]

    assert read(" ".join(two)).errors == []
    with pytest.raises(GraphQLError, match="at most 2,000 are allowed"):
        read(" ".join([*two, "query C {viewer{scopes actor{name}}}", "query D " + long(20)]))


def test_depth_is_that_of_the_chosen_operation():
    document = read(f"query A {nested(10)} query B {nested(11)} query C {{...D}} fragment D on Query {nested(12)}")

    assert document.errors == []
    document.check("A", {})
    assert "nests 11 fields; at most 10" in problem(document, "B")
    assert "nests 12 fields; at most 10" in problem(document, "C")


def test_document_has_a_larger_depth_limit():
    assert read(f"query A {nested(10)} query B {nested(20)}").errors == []
    with pytest.raises(GraphQLError, match="nests 21 fields; at most 20"):
        read(f"query A {nested(10)} query B {nested(21)}")


def test_document_without_an_operation_within_the_limits_is_rejected_before_validation():
    with pytest.raises(GraphQLError, match="1,002 tokens; at most 1,000"):
        read("query A " + long(1_000) + "query B {unknown{" + "a " * 1_000 + "}}")


@pytest.mark.parametrize(
    "text", ["{ installation { } }", "{}", "query A { }", "{ ... { } }", "{ ...A } fragment A on Query { }"]
)
def test_empty_selection_is_a_syntax_error(text):
    with pytest.raises(GraphQLError, match="Syntax Error: Expected Name, found '}'"):
        read(text)


@pytest.mark.parametrize("text", ["{ nodes(ids: []) { id } }", "{ users(filter: {}) { totalCount } }"])
def test_empty_values_are_allowed(text):
    assert read(text).errors == []

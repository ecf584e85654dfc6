"""`DateTime` accepts what RFC 3339 and https://scalars.graphql.org/andimarek/date-time define, and nothing else."""

from datetime import UTC, datetime

import pytest
from graphql import GraphQLError, GraphQLScalarType

from schema.build import schema
from schema.execution.graphql_core import core_schema

DATE_TIME = core_schema(schema).type_map["DateTime"]
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def parse(text):
    assert isinstance(DATE_TIME, GraphQLScalarType)
    return DATE_TIME.coerce_input_value(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-15T12:00:00Z", NOON),
        ("2026-01-15T12:00:00.000Z", NOON),
        ("2026-01-15t12:00:00z", NOON),
        ("2026-01-15t12:00:00.000+00:00", NOON),
        ("2026-01-15T15:30:00+03:30", NOON),
        ("2026-01-14T22:00:00-14:00", NOON),
        ("2026-01-15T12:00:00.689Z", NOON.replace(microsecond=689_000)),
        ("2026-01-15T12:00:00.1Z", NOON.replace(microsecond=100_000)),
        ("2026-01-15T12:00:00.123456+00:00", NOON.replace(microsecond=123_456)),
        ("2026-01-15T12:00:00.123456789Z", NOON.replace(microsecond=123_456)),
    ],
)
def test_rfc_3339_is_accepted(text, expected):
    assert parse(text) == expected
    assert parse(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15", "2026-01-15T12:00:00", "soon", "", "20260115T120000Z", "2026-01-15 12:00:00Z",
        "2026-W03-4T12:00:00Z", "2026-01-15T12:00Z", "2026-01-15T12:00:00,5Z", "2026-01-15T12:00:00.Z",
        "2026-01-15T12:00:00+03", "2026-01-15T12:00:00+0330", "2026-01-15T12:00:00+03:30:15",
        "2026-01-15T12:00:00-00:00", "2026-01-15T12:00:00.000-00:00", "2026-01-15T12:00:00+03:60",
        "2026-01-15T12:00:00+24:00", "2026-01-15T24:00:00Z", "2026-02-30T12:00:00Z", "2026-01-15T12:00:00Z\n",
        " 2026-01-15T12:00:00Z", "\uff12026-01-15T12:00:00Z", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00", 1768478400, True, None, ["2026-01-15T12:00:00Z"],
    ],
)  # fmt: skip
def test_other_values_are_rejected(text):
    with pytest.raises(GraphQLError, match="Write a date and time as in 2026-01-31T12:00:00"):
        parse(text)


async def test_invalid_date_is_rejected_before_execution(execute, statements):
    query = "query ($at: DateTime) { users(filter: {inactiveSince: $at}) { totalCount } }"

    result = await execute(query, at="2026-01-15T12:00:00-00:00")

    assert len(result.errors) == 1
    assert statements == []
    assert not (await execute(query, at="2026-01-15t12:00:00z")).errors

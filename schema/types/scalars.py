"""Custom scalars."""

import re
from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.file_uploads import Upload

URL = NewType("URL", str)

_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|(?!-00:00)[+-]\d\d:[0-5]\d)", re.ASCII | re.IGNORECASE
)
"""A `date-time` of RFC 3339. As the scalar's specification demands, the offset `-00:00` is excluded."""


def _serialize_datetime(value: datetime | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _parse_datetime(value: str) -> datetime:
    try:
        if _RFC_3339.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise GraphQLError("Write a date and time as in 2026-01-31T12:00:00+01:00, with a UTC offset or Z.")


def _parse_upload(value: Any) -> Any:
    if not hasattr(value, "read"):
        raise GraphQLError("Send the file as a part of a multipart request, with null in its place in the variables.")
    return value


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A date and time in ISO 8601 with a UTC offset, such as `2026-01-31T12:00:00+01:00`.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=_serialize_datetime,
        parse_value=_parse_datetime,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute https URL.",
        specified_by_url="https://url.spec.whatwg.org/",
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file in a multipart request.",
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
        parse_value=_parse_upload,
    ),
}
"""Custom scalars by Python type."""

"""Scalars beside those of GraphQL itself."""

from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.file_uploads import Upload

URL = NewType("URL", str)


def _write_instant(value: datetime | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _read_instant(value: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise GraphQLError("An instant is written as in 2026-01-31T12:00:00+01:00, with an offset or Z.")


def _read_upload(value: Any) -> Any:
    if not hasattr(value, "read"):
        raise GraphQLError("A file is a part of a multipart request, and null stands for it in the variables.")
    return value


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant, in ISO 8601 with offset.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=_write_instant,
        parse_value=_read_instant,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute https address.",
        specified_by_url="https://url.spec.whatwg.org/",
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file part of a multipart request.",
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
        parse_value=_read_upload,
    ),
}
"""The schema's scalars by the Python types that stand for them."""

"""Responses to operations: body, status, media type and session cookie."""

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from resolvers.context import Context
from server.errors import STATUS, format_error, response_media_type
from server.graphql.rate_limiter import RateLimitResult
from server.graphql.validation_rules import may_read_schema

write_json = msgspec.json.Encoder().encode


def operation_response(
    request: Request, result: ExecutionResult, context: Context, charge: RateLimitResult, *, open_schema: bool
) -> Response:
    """Return the response to a query or mutation in the requested media type."""
    body, status = format_result(result, context, open_schema=open_schema)
    body["extensions"] = {**(result.extensions or {}), "cost": charge.to_extension()}
    media_type = response_media_type(request.scope)
    # A well-formed GraphQL response in plain JSON always has the status 200.
    status = 200 if media_type == "application/json" else status
    return Response(write_json(body), status, {"Content-Type": f"{media_type}; charset=utf-8"})


def format_result(result: ExecutionResult, context: Context, *, open_schema: bool) -> tuple[GraphQLHTTPResponse, int]:
    """Return a body with formatted errors, without `data` if execution never began, and its status."""
    suggest = may_read_schema(context, open_schema=open_schema)
    errors = [
        format_error(error, context.request_id, context.language, suggest=suggest) for error in result.errors or ()
    ]
    codes = sorted({error["extensions"]["code"] for error in errors})
    structlog.contextvars.bind_contextvars(outcome=",".join(codes) or "OK")
    body: GraphQLHTTPResponse = {}
    if errors:
        body["errors"] = list(errors)
    if result.data is None and not any(error.path for error in result.errors or ()):
        return body, STATUS.get(codes[0], 400)
    body["data"] = result.data
    return body, 200

"""GraphQL over HTTP: what may be sent to `/graphql`, and how it is answered."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import structlog
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import ASTValidationRule, FieldNode, GraphQLError, OperationDefinitionNode
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.extensions import SchemaExtension
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from resolvers.context import Context
from server.auth import authenticate, hand_over_session
from server.csrf import check_origin
from server.errors import STATUS, Refused, describe
from server.settings import Settings

GRAPHQL_RESPONSE = "application/graphql-response+json"
_BODY_TYPES = ("application/json", "multipart/form-data")
_UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, HTTPException)
"""What reading a body ends in that no client library sends."""


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view, with the statuses and media types of the GraphQL over HTTP specification."""

    def __init__(self, schema: Schema, settings: Settings) -> None:
        guarded = copy.copy(schema)
        guarded.extensions = (*schema.extensions, lambda: DocumentRules(open_schema=settings.open_schema))
        super().__init__(guarded, graphql_ide=None, subscription_protocols=(), multipart_uploads_enabled=True)
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Finds out who is calling before it reads what they want."""
        request = Request(scope, receive)
        try:
            request.state.exchange = Exchange(await self._open(request))
            response = await self.run(request)
        except ClientDisconnect:
            return
        finally:
            await request.close()
        await response(scope, receive, send)

    async def _open(self, request: Request) -> Context:
        if request.method not in ("GET", "POST"):
            raise Refused(405, "Send operations by POST, or queries by GET.", headers={"Allow": "GET, POST"})
        media_type = _media_type(request.headers.get("content-type", ""))
        if request.method == "POST" and media_type not in _BODY_TYPES:
            raise Refused(415, f"Send the operation as {' or '.join(_BODY_TYPES)}.")
        check_origin(request, self.settings, form=media_type == "multipart/form-data")
        return Context(
            principal=await authenticate(request, self.settings),
            request_id=request.state.request_id,
            language=preferred_language(request.headers.get("accept-language", "")),
            address=request.client.host if request.client else None,
            license_servers=request.app.state.license_servers,
        )

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """The context of the resolvers."""
        exchange: Exchange = request.state.exchange
        return exchange.context

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Never: the console has a page for that."""
        return False

    async def run(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answers in the media type that was asked for, and hands over a session that began or ended."""
        response = await super().run(request, *args, **kwargs)
        exchange: Exchange = request.state.exchange
        if GRAPHQL_RESPONSE in request.headers.get("accept", ""):
            response.headers["Content-Type"] = f"{GRAPHQL_RESPONSE}; charset=utf-8"
            response.status_code = exchange.status
        else:
            response.headers["Content-Type"] = "application/json; charset=utf-8"
        if (secret := exchange.context.session_secret) is not None:
            hand_over_session(response, secret, self.settings)
        return response

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """What was sent, if it is an operation at all.

        Raises:
            Refused: It is not.
        """
        try:
            data = await super().parse_http_body(request)
        except _UNREADABLE as error:
            reason = error.reason if isinstance(error, HTTPException) else "The request cannot be read as an operation"
            raise Refused(400, f"{reason.rstrip('.')}. Send an object with a query.") from None
        if isinstance(data, list) or not isinstance(data.query, str) or not data.query.strip():
            raise Refused(400, "There is no operation in the request. Send an object with a query.")
        if not isinstance(data.operation_name, str | None):
            raise Refused(400, "The operation's name is not a text. Send it as one, or leave it out.")
        return data

    def decode_json(self, data: str | bytes) -> object:
        """The value in a JSON text of the strict kind: UTF-8, no NaN, no lone surrogates, an object outside."""
        text = data.decode() if isinstance(data, bytes) else data
        value = json.loads(text, parse_constant=_refuse_constant)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
        if not isinstance(value, dict | list):
            raise TypeError
        return value

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Runs an operation: by GET only a query, by POST also a mutation."""
        query = request_data.query or ""
        structlog.contextvars.bind_contextvars(document=sha256(query.encode()).hexdigest()[:16])
        reads = {OperationType.QUERY}
        try:
            return await self.schema.execute(
                query,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types=reads if request.method == "GET" else reads | {OperationType.MUTATION},
                operation_extensions=request_data.extensions,
            )
        except CannotGetOperationTypeError as error:
            return PreExecutionError(data=None, errors=[GraphQLError(error.as_http_error_reason())])
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.MUTATION:
                raise Refused(405, "Send mutations by POST.", headers={"Allow": "POST"}) from None
            return PreExecutionError(data=None, errors=[GraphQLError("Subscriptions need a stream to answer on.")])

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The answer, with errors as clients may see them; without `data` where execution never began."""
        exchange: Exchange = request.state.exchange
        context = exchange.context
        suggest = self.settings.open_schema or context.principal is not None
        errors = [describe(error, context.request_id, suggest=suggest) for error in result.errors or ()]
        codes = sorted({error["extensions"]["code"] for error in errors})
        structlog.contextvars.bind_contextvars(outcome=",".join(codes) or "OK")
        answer: GraphQLHTTPResponse = {}
        if errors:
            answer["errors"] = list(errors)
        if result.data is None and not any(error.path for error in result.errors or ()):
            exchange.status = STATUS.get(codes[0], 400)
        else:
            answer["data"] = result.data
        if result.extensions:
            answer["extensions"] = result.extensions
        return answer


@dataclass(slots=True)
class Exchange:
    """A request's context, and the status of its answer where GraphQL's own media type was asked for."""

    context: Context
    status: int = 200


class DocumentRules(SchemaExtension):
    """What a document may not do on top of the specification's rules."""

    def __init__(self, *, open_schema: bool) -> None:
        self.open_schema = open_schema

    def on_validate(self) -> Iterator[None]:
        """Refuses a choice of operations without a name, and introspection by those who are not signed in."""
        execution = self.execution_context
        structlog.contextvars.bind_contextvars(operation=(execution.operation_name or "")[:100])
        assert execution.graphql_document
        definitions = execution.graphql_document.definitions
        operations = sum(isinstance(definition, OperationDefinitionNode) for definition in definitions)
        if operations > 1 and execution._provided_operation_name is None:
            message = "The document holds several operations. Name the one to run in operationName."
            execution.pre_execution_errors = [GraphQLError(message)]
        if not self.open_schema and execution.context.principal is None:
            execution.validation_rules = (*execution.validation_rules, NoIntrospection)
        yield


class NoIntrospection(ASTValidationRule):
    """Keeps the schema from those who are not signed in."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Refuses the two fields that tell of it."""
        if node.name.value in ("__schema", "__type"):
            message = "Sign in, or send an API token, to read the schema."
            self.report_error(GraphQLError(message, node, extensions={"code": "UNAUTHENTICATED"}))


def preferred_language(accept_language: str) -> str:
    """The language that a browser asks for first, such as `nb`; English if it asks for none."""
    best, best_weight = "en", 0.0
    for choice in accept_language.split(",")[:20]:
        tag, _, parameters = choice.partition(";")
        language = tag.strip().split("-")[0].casefold()
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language.isalpha() and len(language) <= 3 and weight > best_weight:
            best, best_weight = language, weight
    return best


def _media_type(content_type: str) -> str:
    return content_type.split(";")[0].strip().casefold()


def _refuse_constant(name: str) -> None:
    raise ValueError(name)

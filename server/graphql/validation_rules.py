"""What a document may not do on top of the specification's rules."""

import copy
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import structlog
from graphql import ASTValidationRule, FieldNode, GraphQLError, GraphQLSchema, validate
from strawberry import Schema
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from licensing.messages import Message
from resolvers.context import Context
from resolvers.errors import BadUserInput, Unauthenticated
from schema.core.user_errors import graphql_error
from schema.execution.document import Document, read_document


def errors_of(
    document: Document, schema: GraphQLSchema, operation_name: str | None, context: Context, *, open_schema: bool
) -> Sequence[GraphQLError]:
    """Why a document is not run: it is not valid, leaves open which operation is meant, or asks for the schema."""
    if len(document.operations) > 1 and operation_name is None:
        message = Message("The document holds several operations. Name the one to run in operationName.")
        return [graphql_error(BadUserInput(message))]
    if document.may_ask_for_schema and context.principal is None and not open_schema:
        return validate(schema, document.node, [NoIntrospection]) or document.errors
    return document.errors


class NoIntrospection(ASTValidationRule):
    """Keeps the schema from those who are not signed in."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Refuses the two fields that tell of it."""
        if node.name.value in ("__schema", "__type"):
            message = Message("Sign in, or send an API token, to read the schema.")
            self.report_error(graphql_error(Unauthenticated(message), node))


def only_subscriptions(schema: Schema, *, open_schema: bool) -> Schema:
    """The same schema for Strawberry to follow subscriptions by: `server.operations` runs the rest."""
    protected_field = copy.copy(schema)
    protected_field.extensions = (*schema.extensions, partial(SubscriptionRules, open_schema))
    return protected_field


class SubscriptionRules(SchemaExtension):
    """Has documents with subscriptions keep the same rules."""

    def __init__(self, open_schema: bool) -> None:
        self.open_schema = open_schema

    def on_validate(self) -> Iterator[None]:
        """Refuses what may not be sent, and everything but subscriptions."""
        execution = self.execution_context
        structlog.contextvars.bind_contextvars(operation=(execution.operation_name or "")[:100])
        schema = execution.schema._schema
        if execution.operation_type is OperationType.SUBSCRIPTION:
            document, name = read_document(schema, execution.query or ""), execution._provided_operation_name
            errors = errors_of(document, schema, name, execution.context, open_schema=self.open_schema)
        else:
            message = Message("A WebSocket takes subscriptions. Send the rest by POST.")
            errors = [graphql_error(BadUserInput(message))]
        execution.pre_execution_errors = list(errors)
        yield

"""Validation of documents beyond the rules of the specification."""

import copy
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import structlog
from graphql import ASTValidationRule, FieldNode, GraphQLError, GraphQLSchema, validate
from strawberry import Schema
from strawberry.types.graphql import OperationType

from licensing.messages import Message
from resolvers.context import Context
from resolvers.errors import BadUserInput, Unauthenticated
from schema.core.user_errors import graphql_error
from schema.execution.document import Document
from schema.execution.execute import DocumentExtension
from schema.execution.graphql_core import core_schema
from server.graphql.document_cache import DocumentCache


def document_errors(
    document: Document, schema: GraphQLSchema, operation_name: str | None, context: Context, *, open_schema: bool
) -> Sequence[GraphQLError]:
    """Return the errors that keep a document from being executed.

    It may be invalid, leave open which of its operations to run, or introspect the schema anonymously.
    """
    if len(document.operations) > 1 and operation_name is None:
        message = Message("The document holds several operations. Name the one to run in operationName.")
        return [graphql_error(BadUserInput(message))]
    if document.may_contain_introspection and not may_read_schema(context, open_schema=open_schema):
        return validate(schema, document.node, [NoIntrospection]) or document.errors
    return document.errors


def may_read_schema(context: Context, *, open_schema: bool) -> bool:
    """Return whether the caller may read the schema, and error messages may suggest its names."""
    return open_schema or context.principal is not None


class NoIntrospection(ASTValidationRule):
    """Rejects introspection."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Report an error for `__schema` and `__type`."""
        if node.name.value in ("__schema", "__type"):
            message = Message("Sign in, or send an API token, to read the schema.")
            self.report_error(graphql_error(Unauthenticated(message), node))


def subscription_schema(schema: Schema, documents: DocumentCache, *, open_schema: bool) -> Schema:
    """Return a copy of a schema with which Strawberry executes subscriptions only.

    `server.graphql.operations` executes queries and mutations.
    """
    restricted = copy.copy(schema)
    others = (extension for extension in schema.extensions if extension is not DocumentExtension)
    restricted.extensions = (*others, partial(SubscriptionRules, documents, open_schema))
    return restricted


class SubscriptionRules(DocumentExtension):
    """Applies `document_errors` to subscriptions, and rejects other operations."""

    def __init__(self, documents: DocumentCache, open_schema: bool) -> None:
        self.documents = documents
        self.open_schema = open_schema

    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache, or read it."""
        execution = self.execution_context
        self.document = self.documents.read(
            execution.query or "",
            suggestions=may_read_schema(execution.context, open_schema=self.open_schema),
            is_anonymous=execution.context.principal is None,
        )
        execution.graphql_document = self.document.node
        yield

    def on_validate(self) -> Iterator[None]:
        """Replace Strawberry's validation."""
        execution = self.execution_context
        structlog.contextvars.bind_contextvars(operation=(execution.operation_name or "")[:100])
        if execution.operation_type is OperationType.SUBSCRIPTION:
            schema, name = core_schema(execution.schema), execution._provided_operation_name
            errors = document_errors(self.document, schema, name, execution.context, open_schema=self.open_schema)
        else:
            message = Message("A WebSocket accepts subscriptions only. Send other operations by POST.")
            errors = [graphql_error(BadUserInput(message))]
        execution.pre_execution_errors = list(errors)
        yield

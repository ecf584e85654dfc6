"""What a document may not do on top of the specification's rules."""

import copy
from collections.abc import Iterator
from functools import partial
from typing import Any

import structlog
from graphql import ASTValidationRule, FieldNode, OperationDefinitionNode, validate
from strawberry import Schema
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from licensing.wording import Words
from resolvers.errors import BadUserInput, Unauthenticated
from schema.errors import graphql_error
from server.idempotency import IdempotencyKeys


def with_rules(schema: Schema, *, open_schema: bool, only_subscriptions: bool = False) -> Schema:
    """The same schema, whose documents keep these rules."""
    guarded = copy.copy(schema)
    rules = partial(DocumentRules, open_schema=open_schema, only_subscriptions=only_subscriptions)
    guarded.extensions = (*schema.extensions, rules, IdempotencyKeys)
    return guarded


class DocumentRules(SchemaExtension):
    """What a document may not do on top of the specification's rules."""

    def __init__(self, *, open_schema: bool, only_subscriptions: bool = False) -> None:
        self.open_schema = open_schema
        self.only_subscriptions = only_subscriptions

    def on_validate(self) -> Iterator[None]:
        """Refuses a choice of operations without a name, and introspection by those who are not signed in."""
        execution = self.execution_context
        structlog.contextvars.bind_contextvars(operation=(execution.operation_name or "")[:100])
        assert execution.graphql_document
        definitions = execution.graphql_document.definitions
        operations = sum(isinstance(definition, OperationDefinitionNode) for definition in definitions)
        if operations > 1 and execution._provided_operation_name is None:
            message = Words("The document holds several operations. Name the one to run in operationName.")
            execution.pre_execution_errors = [graphql_error(BadUserInput(message))]
        elif self.only_subscriptions and execution.operation_type is not OperationType.SUBSCRIPTION:
            message = Words("A WebSocket takes subscriptions. Send the rest by POST.")
            execution.pre_execution_errors = [graphql_error(BadUserInput(message))]
        elif not self.open_schema and execution.context.principal is None and "__" in (execution.query or ""):
            execution.pre_execution_errors = (
                validate(execution.schema._schema, execution.graphql_document, [NoIntrospection])
                or execution.pre_execution_errors
            )
        yield


class NoIntrospection(ASTValidationRule):
    """Keeps the schema from those who are not signed in."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Refuses the two fields that tell of it."""
        if node.name.value in ("__schema", "__type"):
            message = Words("Sign in, or send an API token, to read the schema.")
            self.report_error(graphql_error(Unauthenticated(message), node))

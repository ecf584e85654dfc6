"""graphql-core's executor, which answers by compiled functions where it can (`schema.compiler`)."""

import copy
from collections import OrderedDict
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    get_named_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry import Schema
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.execution.compiler import Answer, compile_answer
from schema.execution.document import DOCUMENT_CACHE_SIZE

Answers = dict[Any, Answer | None]
"""The functions of an operation's selections, None for one that has none, by type and by the nodes' identities."""

_answers: OrderedDict[int, tuple[OperationDefinitionNode, Answers]] = OrderedDict()


def answers_of(operation: OperationDefinitionNode) -> Answers:
    """What was compiled for an operation: kept for as many as documents are, those used last."""
    known = _answers.setdefault(id(operation), (operation, {}))  # which is kept, so that no other gets its identity
    _answers.move_to_end(id(operation))
    if len(_answers) > DOCUMENT_CACHE_SIZE:
        _answers.popitem(last=False)
    return known[1]


class CompiledExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """Completes by a compiled function what only reads, and leaves everything else as it is."""

    @cached_property
    def _compiled(self) -> Answers:
        return answers_of(self.operation)

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """A resolver's value as its part of the answer."""
        if result is not None and (answer := self._answer(return_type, field_details_list)):
            try:
                return answer(result)
            except Exception:  # graphql-core meets it again, and makes an error of it
                pass
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def _answer(self, type_: GraphQLOutputType, fields: FieldDetailsList) -> Answer | None:
        # Of a type that is not null graphql-core asks again, for the type within.
        if isinstance(type_, GraphQLNonNull) or not isinstance(get_named_type(type_), GraphQLObjectType):
            return None
        if self._is_watched():
            return None
        key = (type_, *(id(field.node) for field in fields))
        if key not in self._compiled:
            self._compiled[key] = compile_answer(self, type_, fields)
        return self._compiled[key]

    def _is_watched(self) -> bool:
        """Whether an extension wants to see each field."""
        return bool(self.middleware_manager and self.middleware_manager.middlewares)


def without_compilation(schema: Schema) -> Schema:
    """The same schema, answered by graphql-core alone."""
    plain = copy.copy(schema)
    plain.execution_context_class = StrawberryGraphQLCoreExecutionContext
    return plain

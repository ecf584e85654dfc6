"""graphql-core's executor, which answers by compiled functions where it can (`schema.compiler`)."""

import copy
from collections import OrderedDict
from typing import Any

from graphql import FieldNode, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo, get_named_type
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry import Schema
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.compiler import Answer, compile_answer

REMEMBERED = 2_000
"""Selections whose functions are kept: as many as the documents that are remembered may have."""


class Compiled:
    """The functions made so far, by what they answer."""

    def __init__(self) -> None:
        """None yet."""
        self._answers: OrderedDict[Any, tuple[list[FieldNode], Answer | None]] = OrderedDict()

    def find(
        self, executor: StrawberryGraphQLCoreExecutionContext, type_: GraphQLOutputType, fields: FieldDetailsList
    ) -> Answer | None:
        """The function for a selection; None if it has none."""
        nodes = [field.node for field in fields]
        key = (type_, *map(id, nodes))
        if found := self._answers.get(key):
            return found[1]
        answer = compile_answer(executor, type_, fields)
        self._answers[key] = nodes, answer  # the nodes are kept, so that no others get their ids
        if len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        return answer


class CompilingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Completes by a compiled function what only reads, and leaves everything else as it is."""

    compiled = Compiled()

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
        if result is not None and isinstance(get_named_type(return_type), GraphQLObjectType) and not self._is_watched():
            answer = self.compiled.find(self, return_type, field_details_list)
            if answer is not None:
                try:
                    return answer(result)
                except Exception:  # graphql-core meets it again, and makes an error of it
                    pass
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def _is_watched(self) -> bool:
        """Whether an extension wants to see each field."""
        return bool(self.middleware_manager and self.middleware_manager.middlewares)


def interpreted(schema: Schema) -> Schema:
    """The same schema, answered by graphql-core alone."""
    plain = copy.copy(schema)
    plain.execution_context_class = StrawberryGraphQLCoreExecutionContext
    return plain

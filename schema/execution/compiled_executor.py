"""An execution context for graphql-core that completes values by compiled functions (`schema.execution.compiler`)."""

import copy
from collections import OrderedDict
from functools import cached_property
from typing import Any

from graphql import (
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    SelectionNode,
    get_named_type,
)
from strawberry import Schema

from schema.execution.compiler import compile_selection
from schema.execution.document import DOCUMENT_CACHE_SIZE
from schema.execution.graphql_core import (
    CompiledSelection,
    DefaultExecutionContext,
    FieldDetailsList,
    HookedExecutionContext,
    fragment_selection,
)

CompiledSelections = dict[Any, CompiledSelection | None]
"""Compiled functions of an operation by type and node identities; None for a selection that cannot be compiled."""

_cache: OrderedDict[int, tuple[OperationDefinitionNode, CompiledSelections]] = OrderedDict()


def compiled_selections_of(operation: OperationDefinitionNode) -> CompiledSelections:
    """Return the compiled selections of an operation.

    The cache holds the `DOCUMENT_CACHE_SIZE` most recently used operations, as many as there are cached documents.
    """
    # The cache keeps a reference to the operation, so that no other object can get its id.
    _, selections = _cache.setdefault(id(operation), (operation, {}))
    _cache.move_to_end(id(operation))
    if len(_cache) > DOCUMENT_CACHE_SIZE:
        _cache.popitem(last=False)
    return selections


class CompiledExecutionContext(HookedExecutionContext):
    """Completes selections that only read attributes by compiled functions; graphql-core completes all others."""

    @cached_property
    def _compiled(self) -> CompiledSelections:
        return compiled_selections_of(self.operation)

    def compiled_selection(self, type_: GraphQLOutputType, fields: FieldDetailsList) -> CompiledSelection | None:
        """Return the compiled function of a selection, compiling it on first use."""
        if not isinstance(get_named_type(type_), GraphQLObjectType) or self.has_middleware:
            return None
        key = (type_, *(id(field.node) for field in fields))
        if key not in self._compiled:
            has_directives = any(_has_directives(self, field.node.selection_set, set()) for field in fields)
            self._compiled[key] = None if has_directives else compile_selection(self, type_, fields)
        return self._compiled[key]


def without_compilation(schema: Schema) -> Schema:
    """Return a copy of a schema that is executed by graphql-core alone."""
    plain = copy.copy(schema)
    plain.execution_context_class = DefaultExecutionContext
    return plain


def _has_directives(executor: DefaultExecutionContext, selected: Any, spread: set[str]) -> bool:
    """Return whether a field or fragment below has a directive, whose effect may depend on a variable."""
    nodes: tuple[SelectionNode, ...] = selected.selections if selected else ()
    for node in nodes:
        if node.directives:
            return True
        below = None if isinstance(node, FragmentSpreadNode) else node.selection_set  # type: ignore[attr-defined]
        if isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
            spread.add(node.name.value)
            below = fragment_selection(executor, node.name.value)
        if _has_directives(executor, below, spread):
            return True
    return False

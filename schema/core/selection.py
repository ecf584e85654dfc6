"""The fields that a client has selected below a field, so that a resolver reads nothing else."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from graphql import FieldNode, FragmentSpreadNode, SelectionSetNode

from schema.core.permissions import Info
from schema.execution.cost import is_included
from schema.execution.graphql_core import field_nodes_of


class Selection:
    """The fields selected below some nodes of a document.

    What `@skip` or `@include` excludes is not selected, since it is not charged either.
    """

    def __init__(self, nodes: Sequence[FieldNode], fragments: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
        """Initialize the selection. Its fields are collected on first use."""
        self._nodes = nodes
        self._fragments = fragments
        self._variables = variables

    @cached_property
    def _fields(self) -> dict[str, list[FieldNode]]:
        fields: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()  # visit each fragment once: nested fragments would take exponential time
        sets: list[SelectionSetNode | None] = [node.selection_set for node in self._nodes]
        while sets:
            if (selected := sets.pop()) is None:
                continue
            for node in selected.selections:
                if not is_included(node, self._variables):
                    continue
                if isinstance(node, FieldNode):
                    fields.setdefault(node.name.value, []).append(node)
                elif not isinstance(node, FragmentSpreadNode):
                    sets.append(node.selection_set)  # type: ignore[attr-defined]
                elif node.name.value not in spread:
                    spread.add(node.name.value)
                    sets.append(self._fragments[node.name.value].selection_set)
        return fields

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def below(self, *paths: str) -> "Selection":
        """Return the selection below the fields at some paths, such as `nodes` and `edges.node`."""
        nodes: list[FieldNode] = []
        for path in paths:
            name, _, rest = path.partition(".")
            found = self._fields.get(name, [])
            nodes += Selection(found, self._fragments, self._variables).below(rest)._nodes if rest else found
        return Selection(nodes, self._fragments, self._variables)


def selected(info: Info) -> Selection:
    """Return the selection below the field that is being resolved."""
    return Selection(*field_nodes_of(info), info.variable_values)

"""Limits on the complexity of documents, measured in one pass that visits each fragment once."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    TokenKind,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from licensing.messages import Message
from resolvers.errors import TooComplex
from schema.core.user_errors import graphql_error
from schema.execution.cost import Size, cost_of, size_of, sized_fields

MAX_CHARACTERS = 20_000
MAX_TOKENS = 1_000
MAX_SCHEMA_TOKENS = 2_000
"""Maximum number of tokens in introspection fields and in fragments on introspection types."""
MAX_DEPTH = 10
MAX_ALIASES = 15
MAX_DIRECTIVES = 50
MAX_SIGN_INS = 1
MAX_COST = 10_000
MAX_SCHEMA_COST = 5_000
"""Maximum cost of introspection, which counts towards no other limit. Tools request about half of it."""

_SPLIT = Message("Split it over several requests.")

LinearCost = Counter[int]
"""A cost as a linear function of list sizes: the constant under key 0, coefficients under 1-based list indexes."""


def too_complex(problem: Message, limit: int, next_step: Message = _SPLIT) -> GraphQLError:
    """Return the error for a document that exceeds a limit."""
    message = Message(
        "{problem}; at most {limit:,} are allowed. {next_step}", problem=problem, limit=limit, next_step=next_step
    )
    return graphql_error(TooComplex(message))


@dataclass(slots=True)
class Complexity:
    """The complexity of a part of a document."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    sign_ins: int = 0
    schema_cost: int = 0
    """Cost of introspection."""
    cost: LinearCost = field(default_factory=Counter)
    cost_of_item: LinearCost = field(default_factory=Counter)
    """Cost per item of the list whose size a directive on the parent field declares."""

    def add(self, other: "Complexity") -> None:
        """Add the complexity of a sibling."""
        self.depth = max(self.depth, other.depth)
        self.aliases += other.aliases
        self.directives += other.directives
        self.sign_ins += other.sign_ins
        self.schema_cost += other.schema_cost
        self.cost.update(other.cost)
        self.cost_of_item.update(other.cost_of_item)

    def check(self) -> None:
        """Check the limits that do not depend on variables.

        Raises:
            GraphQLError: A limit is exceeded.
        """
        if self.depth > MAX_DEPTH:
            deep = Message("The document nests {count:,} fields", count=self.depth)
            raise too_complex(deep, MAX_DEPTH, Message("Fetch deeper objects by ID, in another request."))
        if self.aliases > MAX_ALIASES:
            raise too_complex(
                Message("The document has {count:,} aliases, each spread counted", count=self.aliases), MAX_ALIASES
            )
        if self.directives > MAX_DIRECTIVES:
            raise too_complex(
                Message("The document has {count:,} directives, each spread counted", count=self.directives),
                MAX_DIRECTIVES,
            )
        if self.sign_ins > MAX_SIGN_INS:
            raise too_complex(Message("The document has {count:,} fields `signIn`", count=self.sign_ins), MAX_SIGN_INS)
        if self.schema_cost > MAX_SCHEMA_COST:
            raise too_complex(
                Message("The document requests {count:,} objects of the schema", count=self.schema_cost),
                MAX_SCHEMA_COST,
            )


class ComplexityAnalyzer:
    """Measures a document. The document need not be valid: unknown fields and types count as nothing."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        """Initialize the analyzer without measuring anything."""
        self._schema = schema
        self._sized_fields = sized_fields(schema)
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, Complexity] = {}
        self.lists: list[tuple[Size, LinearCost]] = []
        """Lists whose size depends on variables, each with the cost of an item. Nested lists precede the outer ones."""
        self.schema_tokens = 0

    def measure(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> Complexity:
        """Return the complexity of an operation or a fragment."""
        if isinstance(node, FragmentDefinitionNode):
            return self._fragment(node.name.value)
        variables = sum(len(variable.directives or ()) for variable in node.variable_definitions or ())
        measure = Complexity(directives=len(node.directives or ()) + variables)
        measure.add(self._selection(node.selection_set, self._schema.get_root_type(node.operation)))
        return measure

    def _fragment(self, name: str) -> Complexity:
        if name not in self._measured and (node := self._fragments.get(name)):
            self._measured[name] = Complexity()  # ends the recursion of a fragment that spreads itself
            type_name = node.type_condition.name.value
            if type_name.startswith("__"):
                self.schema_tokens += count_tokens(node)
            measure = Complexity(directives=len(node.directives or ()))
            measure.add(self._selection(node.selection_set, self._schema.get_type(type_name)))
            self._measured[name] = measure
        return self._measured.get(name, Complexity())

    def _selection(self, selected: SelectionSetNode | None, parent: Any) -> Complexity:
        measure = Complexity()
        for node in selected.selections if selected else ():
            measure.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                measure.add(self._field(node, parent))
            elif isinstance(node, FragmentSpreadNode):
                measure.add(self._fragment(node.name.value))
            else:
                inline: Any = node
                condition = inline.type_condition
                type_ = self._schema.get_type(condition.name.value) if condition else parent
                measure.add(self._selection(inline.selection_set, type_))
        return measure

    def _field(self, node: FieldNode, parent: Any) -> Complexity:
        name = node.name.value
        definition = self._schema.get_field(parent, name) if is_composite_type(parent) else None
        type_: Any = get_nullable_type(definition.type) if definition else None
        measure = self._selection(node.selection_set, get_named_type(type_))
        measure.aliases += node.alias is not None
        if name in ("__schema", "__type"):
            self.schema_tokens += count_tokens(node)
            return Complexity(aliases=measure.aliases, schema_cost=measure.cost.total())
        measure.depth += not name.startswith("__")
        measure.sign_ins += name == "signIn"
        if definition is None:
            return measure
        size, item = size_of(node, definition), measure.cost + Counter({0: cost_of(definition)})
        if (parent.name, name) in self._sized_fields:
            measure.cost, measure.cost_of_item = Counter(), item
        elif is_list_type(type_):
            measure.cost = self._times(size, item)
        else:
            measure.cost = item + self._times(size, measure.cost_of_item)
            measure.cost_of_item = Counter()
        return measure

    def _times(self, size: int | Size, item: LinearCost) -> LinearCost:
        if isinstance(size, int):
            return Counter({index: factor * size for index, factor in item.items()})
        self.lists.append((size, item))
        return Counter({len(self.lists): 1})


def count_tokens(node: Node) -> int:
    """Return the number of tokens in a part of a document, without comments."""
    assert node.loc
    count, token = 0, node.loc.start_token
    while token is not None:
        count += token.kind not in (TokenKind.COMMENT, TokenKind.SOF, TokenKind.EOF)
        token = None if token is node.loc.end_token else token.next  # type: ignore[assignment]
    return count

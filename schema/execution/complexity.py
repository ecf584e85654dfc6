"""Limits on the complexity of documents, measured in one pass that visits each fragment once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
    SelectionNode,
    SelectionSetNode,
    TokenKind,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_introspection_type,
    is_list_type,
)

from licensing.messages import Message
from resolvers.errors import TooComplex
from schema.core.user_errors import graphql_error
from schema.execution.cost import Condition, Size, cost_of, inclusion_of, size_of, sized_fields

MAX_CHARACTERS = 20_000
MAX_TOKENS = 1_000
MAX_SCHEMA_TOKENS = 2_000
"""Maximum number of tokens in introspection fields and in fragments on introspection types."""
MAX_DOCUMENT_TOKENS = 2_000
"""Maximum number of tokens of a document with all its operations, without those about the schema."""
MAX_DEPTH = 10
MAX_DOCUMENT_DEPTH = 20
"""Maximum depth of the operations and fragments of a document that are not executed."""
MAX_ALIASES = 15
MAX_DIRECTIVES = 50
MAX_SIGN_INS = 1
MAX_COST = 10_000
MAX_SCHEMA_COST = 5_000
"""Maximum cost of introspection, which counts towards no other limit. Tools request about half of it."""

_SPLIT = Message("Split it over several requests.")

LinearCost = Counter[int]
"""A cost as a linear function of factors: the constant under key 0, coefficients under their 1-based indexes."""


def too_complex(problem: Message, limit: int, next_step: Message = _SPLIT) -> GraphQLError:
    """Return the error for a document that exceeds a limit."""
    message = Message(
        "{problem}; at most {limit:,} are allowed. {next_step}", problem=problem, limit=limit, next_step=next_step
    )
    return graphql_error(TooComplex(message))


@dataclass(slots=True)
class Complexity:
    """The complexity of a part of a document."""

    tokens: int = 0
    """Tokens of an operation and its fragments, without those about the schema."""
    schema_tokens: int = 0
    """Tokens in introspection fields and in fragments on introspection types."""
    fragments: Sequence[FragmentDefinitionNode] = ()
    """Fragments that an operation spreads, directly or through others."""
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

    def check_operation(self) -> None:
        """Check the limits of an operation with its fragments, apart from its cost.

        Raises:
            GraphQLError: A limit is exceeded.
        """
        if self.depth > MAX_DEPTH:
            raise _too_deep(self.depth, MAX_DEPTH)
        if self.tokens > MAX_TOKENS:
            raise too_complex(
                Message("The document has {count:,} tokens", count=self.tokens),
                MAX_TOKENS,
                Message("Send values as variables, or split it."),
            )
        if self.schema_tokens > MAX_SCHEMA_TOKENS:
            raise too_complex(
                Message("The document has {count:,} tokens about the schema", count=self.schema_tokens),
                MAX_SCHEMA_TOKENS,
            )

    def check(self) -> None:
        """Check the limits of each operation and fragment, whether it is executed or not.

        Raises:
            GraphQLError: A limit is exceeded.
        """
        if self.depth > MAX_DOCUMENT_DEPTH:
            raise _too_deep(self.depth, MAX_DOCUMENT_DEPTH)
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


def _too_deep(depth: int, limit: int) -> GraphQLError:
    problem = Message("The document nests {count:,} fields", count=depth)
    return too_complex(problem, limit, Message("Fetch deeper objects by ID, in another request."))


@dataclass(slots=True)
class _Definition:
    """The tokens of an operation or a fragment, without its fragments, and the fragments that it spreads."""

    tokens: int
    schema_tokens: int = 0
    spreads: set[str] = field(default_factory=set)


class ComplexityAnalyzer:
    """Measures a document. The document need not be valid: unknown fields and types count as nothing."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        """Initialize the analyzer without measuring anything."""
        self._schema = schema
        self._document = document
        self._sized_fields = sized_fields(schema)
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, Complexity] = {}
        self._fragment_tokens: dict[str, _Definition] = {}
        self._operation_tokens: list[_Definition] = []
        self._current = _Definition(0)
        self.factors: list[tuple[Size | Condition, LinearCost]] = []
        """Factors that depend on variables, each with the cost that it multiplies. Inner factors precede outer ones."""

    def measure(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> Complexity:
        """Return the complexity of an operation or a fragment."""
        if isinstance(node, FragmentDefinitionNode):
            return self._fragment(node.name.value)
        variables = sum(len(variable.directives or ()) for variable in node.variable_definitions or ())
        measure = Complexity(directives=len(node.directives or ()) + variables)
        self._current = definition = _Definition(count_tokens(node))
        self._operation_tokens.append(definition)
        measure.add(self._selection(node.selection_set, self._schema.get_root_type(node.operation)))
        names = self._reachable(definition.spreads)
        measure.fragments = [self._fragments[name] for name in names]
        parts = [definition, *map(self._fragment_tokens.__getitem__, names)]
        measure.schema_tokens = sum(part.schema_tokens for part in parts)
        measure.tokens = sum(part.tokens for part in parts) - measure.schema_tokens
        return measure

    def check_document(self) -> None:
        """Check the number of tokens of the document, whose operations and fragments have been measured.

        Raises:
            GraphQLError: The document has more than `MAX_DOCUMENT_TOKENS` tokens.
        """
        definitions = (*self._operation_tokens, *self._fragment_tokens.values())
        tokens = count_tokens(self._document) - sum(definition.schema_tokens for definition in definitions)
        if tokens > MAX_DOCUMENT_TOKENS:
            raise too_complex(Message("The document has {count:,} tokens", count=tokens), MAX_DOCUMENT_TOKENS)

    def _reachable(self, names: set[str]) -> set[str]:
        reached, pending = set[str](), [name for name in names if name in self._fragment_tokens]
        while pending:
            if (name := pending.pop()) not in reached:
                reached.add(name)
                pending += self._fragment_tokens[name].spreads & self._fragment_tokens.keys()
        return reached

    def _fragment(self, name: str) -> Complexity:
        if name not in self._measured and (node := self._fragments.get(name)):
            self._measured[name] = Complexity()  # ends the recursion of a fragment that spreads itself
            type_name, tokens = node.type_condition.name.value, count_tokens(node)
            outer, self._current = self._current, _Definition(tokens, tokens if type_name.startswith("__") else 0)
            self._fragment_tokens[name] = self._current
            measure = Complexity(directives=len(node.directives or ()))
            measure.add(self._selection(node.selection_set, self._schema.get_type(type_name)))
            self._measured[name] = measure
            self._current = outer
        return self._measured.get(name, Complexity())

    def _selection(self, selected: SelectionSetNode | None, parent: Any) -> Complexity:
        measure = Complexity()
        for node in selected.selections if selected else ():
            measure.directives += len(node.directives or ())
            part = self._part(node, parent)
            is_schema = parent is not None and is_introspection_type(parent)
            measure.add(part if is_schema else self._if_included(node, part))
        return measure

    def _part(self, node: SelectionNode, parent: Any) -> Complexity:
        if isinstance(node, FieldNode):
            return self._field(node, parent)
        if isinstance(node, FragmentSpreadNode):
            self._current.spreads.add(node.name.value)
            return self._fragment(node.name.value)
        inline: Any = node
        condition = inline.type_condition
        return self._selection(
            inline.selection_set, self._schema.get_type(condition.name.value) if condition else parent
        )

    def _if_included(self, node: SelectionNode, part: Complexity) -> Complexity:
        """Return the complexity of a part whose cost depends on its `@include` and `@skip` directives."""
        if (inclusion := inclusion_of(node)) == 1:
            return part
        cost, cost_of_item = self._times(inclusion, part.cost), self._times(inclusion, part.cost_of_item)
        return replace(part, cost=cost, cost_of_item=cost_of_item)

    def _field(self, node: FieldNode, parent: Any) -> Complexity:
        name = node.name.value
        definition = self._schema.get_field(parent, name) if is_composite_type(parent) else None
        type_: Any = get_nullable_type(definition.type) if definition else None
        measure = self._selection(node.selection_set, get_named_type(type_))
        measure.aliases += node.alias is not None
        if name in ("__schema", "__type"):
            self._current.schema_tokens += count_tokens(node)
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

    def _times(self, factor: int | Size | Condition, cost: LinearCost) -> LinearCost:
        if isinstance(factor, int):
            return Counter({index: coefficient * factor for index, coefficient in cost.items()})
        self.factors.append((factor, cost))
        return Counter({len(self.factors): 1})


def count_tokens(node: Node) -> int:
    """Return the number of tokens in a part of a document, without comments."""
    assert node.loc
    count, token = 0, node.loc.start_token
    while token is not None:
        count += token.kind not in (TokenKind.COMMENT, TokenKind.SOF, TokenKind.EOF)
        token = None if token is node.loc.end_token else token.next  # type: ignore[assignment]
    return count

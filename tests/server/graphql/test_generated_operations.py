"""Operations that Schemathesis generates from the schema never cause a server error."""

import json
from typing import Any

from graphql import (
    IntValueNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    print_ast,
    visit,
)
from graphql import get_named_type as named
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import graphql as schemathesis
from schemathesis.graphql import nodes

from schema.build import print_sdl, schema
from schema.relay.node import global_id
from tests.server.graphql.fuzzing import JSON, TYPES, app, check_response

__all__ = ["app", "check_response"]

INSTANTS = ["2026-01-31T12:00:00Z", "2031-01-31T12:00:00+01:00", "0001-01-01T00:00:00Z", "yesterday"]
IDS = [global_id(type_)(number) for type_ in TYPES for number in (1, 2, 999)]
EXCLUDED = {"Mutation.signOut"}
"""It would end the session of the following operations."""

schemathesis.scalar("DateTime", st.sampled_from(INSTANTS).map(nodes.String))
schemathesis.scalar("URL", st.sampled_from(["https://erp.example/events", "http://127.0.0.1/", "x"]).map(nodes.String))
schemathesis.scalar("Upload", st.just(nodes.Null))
OPERATIONS = [found.ok() for found in schemathesis.from_file(print_sdl()).get_all_operations()]


class _IdReplacer(Visitor):
    """Replaces generated strings in place of IDs by plausible IDs, since malformed ones would be rejected early."""

    def __init__(self, type_info: TypeInfo, ids: list[str]) -> None:
        super().__init__()
        self.type_info, self.ids = type_info, ids

    def enter_string_value(self, node: StringValueNode, *_: Any) -> Any:
        """Replace a string by the next ID."""
        type_ = self.type_info.get_input_type()
        if type_ and named(type_).name == "ID":
            self.ids = [*self.ids[1:], self.ids[0]]
            return StringValueNode(value=self.ids[0])
        return None

    def enter_int_value(self, node: IntValueNode, *_: Any) -> Any:
        """Replace an integer by the next ID."""
        return self.enter_string_value(node, *_)  # type: ignore[arg-type]


def documents_of(root: str) -> st.SearchStrategy[str]:
    """Return a strategy for documents that select a field of a root type."""
    operations = [each for each in OPERATIONS if each.label.startswith(root) and each.label not in EXCLUDED]
    return st.one_of([operation.as_strategy() for operation in operations]).map(lambda case: case.body)


@settings(max_examples=100, deadline=None, suppress_health_check=[*HealthCheck], print_blob=True)
@given(text=documents_of("Query") | documents_of("Mutation"), ids=st.permutations(IDS))
async def test_generated_operations(inga, check_response, make_license, text, ids):
    type_info = TypeInfo(schema._schema)
    document = visit(parse(text), TypeInfoVisitor(type_info, _IdReplacer(type_info, ids)))
    check_response(await inga.post("/graphql", content=json.dumps({"query": print_ast(document)}), headers=JSON))

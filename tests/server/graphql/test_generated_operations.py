"""Operations that Schemathesis makes of the schema: whatever they ask for or change, nothing breaks."""

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
from tests.server.graphql.test_fuzz import JSON, TYPES, app, unbroken
from tests.server.graphql.test_hostile_documents import inga
from tests.server.observability.test_logs import log

__all__ = ["app", "inga", "log", "unbroken"]

INSTANTS = ["2026-01-31T12:00:00Z", "2031-01-31T12:00:00+01:00", "0001-01-01T00:00:00Z", "yesterday"]
IDS = [global_id(type_)(number) for type_ in TYPES for number in (1, 2, 999)]
LEFT_OUT = {"Mutation.signOut"}
"""It would end the session of all that follow."""

schemathesis.scalar("DateTime", st.sampled_from(INSTANTS).map(nodes.String))
schemathesis.scalar("URL", st.sampled_from(["https://erp.example/events", "http://127.0.0.1/", "x"]).map(nodes.String))
schemathesis.scalar("Upload", st.just(nodes.Null))
OPERATIONS = [found.ok() for found in schemathesis.from_file(print_sdl()).get_all_operations()]


class _WithIds(Visitor):
    """Puts IDs that may name something where made-up texts stand, which would be refused at once."""

    def __init__(self, type_info: TypeInfo, ids: list[str]) -> None:
        super().__init__()
        self.type_info, self.ids = type_info, ids

    def enter_string_value(self, node: StringValueNode, *_: Any) -> Any:
        """Takes the next one."""
        type_ = self.type_info.get_input_type()
        if type_ and named(type_).name == "ID":
            self.ids = [*self.ids[1:], self.ids[0]]
            return StringValueNode(value=self.ids[0])
        return None

    def enter_int_value(self, node: IntValueNode, *_: Any) -> Any:
        """The same."""
        return self.enter_string_value(node, *_)  # type: ignore[arg-type]


def documents_of(root: str) -> st.SearchStrategy[str]:
    """Documents that call a field of this root."""
    fitting = [one for one in OPERATIONS if one.label.startswith(root) and one.label not in LEFT_OUT]
    return st.one_of([one.as_strategy() for one in fitting]).map(lambda case: case.body)


@settings(max_examples=100, deadline=None, suppress_health_check=[*HealthCheck], print_blob=True)
@given(text=documents_of("Query") | documents_of("Mutation"), ids=st.permutations(IDS))
async def test_operations(inga, unbroken, make_license, text, ids):
    type_info = TypeInfo(schema._schema)
    document = visit(parse(text), TypeInfoVisitor(type_info, _WithIds(type_info, ids)))
    unbroken(await inga.post("/graphql", content=json.dumps({"query": print_ast(document)}), headers=JSON))

"""The operations of the examples are valid and cost less than half the limit."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from schema.build import schema
from schema.execution.complexity import MAX_COST
from schema.execution.document import read_document
from tests.docs.pages import ROOT

EXAMPLES = ROOT / "examples"
FILES = [EXAMPLES / "story.graphql", *sorted((EXAMPLES / "bruno").glob("[0-9]*.bru"))]


def operations(file: Path) -> str:
    """Return the GraphQL document in a file."""
    if file.suffix == ".graphql":
        return file.read_text()
    [text] = re.findall(r"^body:graphql {\n(.*?)^}", file.read_text(), re.MULTILINE | re.DOTALL)
    return str(text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_examples_are_valid_and_cheap(file: Path):
    text = operations(file)

    assert validate(schema._schema, parse(text)) == []
    document = read_document(schema._schema, text, suggestions=True)
    assert all(document.cost(name, {}) < MAX_COST / 2 for name in document.operations)


def test_bruno_has_a_request_for_each_step():
    assert len(FILES) == 1 + 6

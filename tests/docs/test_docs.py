"""The documentation is correct: its operations, commands, settings, error codes, paths and links."""

import re
import shlex
from argparse import ArgumentParser, _SubParsersAction
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse, print_ast, validate
from graphql.execution.values import get_variable_values

from licensing.enums import UserErrorCode
from schema.build import schema
from schema.execution.complexity import MAX_COST
from schema.execution.document import read_document
from server.cli import make_parser
from server.errors import STATUS
from server.settings import VARIABLES, Settings, read_settings
from tests.docs.pages import CONTRIBUTING, DOCS, README, ROOT, Operation, command_lines, operations, pages

PACKAGES = ("schema", "resolvers", "licensing", "models", "server")
OTHER_VARIABLES = {"SEATKEEPER_ADMIN_PASSWORD"}
INPUT_FILE_SUFFIXES = {".lic", ".jwk", ".json", ".csv"}

ARCHITECTURE, CONFIGURATION, ERRORS, COMMANDS = (
    (DOCS / f"{name}.md").read_text() for name in ("architecture", "configuration", "errors", "command-line")
)


def rows(text: str, first_cell: str) -> Iterator[list[str]]:
    """Yield the cells of the table rows whose first cell matches a pattern in backticks."""
    for line in text.splitlines():
        if re.match(rf"\| `{first_cell}` \|", line):
            yield [cell.strip(" `") for cell in line.split("|")[1:-1]]


def paths(parser: ArgumentParser) -> Iterator[tuple[str, ...]]:
    """Yield the path of every command of a parser, such as `("vendor", "trust")`."""
    nouns = [action for action in parser._actions if isinstance(action, _SubParsersAction)]
    if not nouns:
        yield ()
    for noun in nouns:
        for name, below in noun.choices.items():
            yield from ((name, *path) for path in paths(below))


@pytest.mark.parametrize("operation", operations(*pages()), ids=str)
def test_operations_and_variables_are_valid(operation: Operation):
    document = parse(operation.text)
    assert validate(schema._schema, document) == []

    [definition] = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    declared = {variable.variable.name.value for variable in definition.variable_definitions or ()}
    assert operation.variables.keys() <= declared
    coerced = get_variable_values(schema._schema, definition.variable_definitions or (), operation.variables)
    assert not isinstance(coerced, list), coerced


@pytest.mark.parametrize("operation", operations(*pages()), ids=str)
def test_operations_cost_less_than_half_the_limit(operation: Operation):
    document = read_document(schema._schema, operation.text, suggestions=True)

    for name in document.operations:
        assert document.cost(name, operation.variables) < MAX_COST / 2


def test_operations_of_the_guide_have_unique_names():
    names = Counter(
        definition.name.value if definition.name else print_ast(definition)
        for operation in operations(*(DOCS / "guide").glob("*.md"))
        for definition in parse(operation.text).definitions
        if isinstance(definition, OperationDefinitionNode)
    )
    assert set(names.values()) == {1}
    assert all(name.isidentifier() for name in names)


@pytest.mark.parametrize(("position", "line"), command_lines())
def test_command_lines_can_be_parsed(position: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    arguments = shlex.split(line)[1:]
    for argument in arguments:
        if Path(argument).suffix in INPUT_FILE_SUFFIXES and not Path(argument).is_absolute():
            (tmp_path / argument).parent.mkdir(exist_ok=True)
            (tmp_path / argument).touch()

    try:
        parsed = make_parser().parse_args(arguments)
    except SystemExit:
        pytest.fail(f"{position}: {line}")

    assert callable(parsed.run)


@pytest.mark.parametrize("path", list(paths(make_parser())), ids=" ".join)
def test_every_command_has_an_example(path: tuple[str, ...]):
    shown = [line.split() for position, line in command_lines() if position.startswith("docs/command-line.md")]
    assert any(words[1 : len(path) + 1] == list(path) for words in shown)


def test_every_setting_is_documented_with_its_default():
    shown = {cells[0]: cells[1] for cells in rows(CONFIGURATION, "SEATKEEPER_[A-Z_]+") if len(cells) == 3 and cells[2]}
    assert shown.keys() == VARIABLES.keys()
    assert read_settings(shown) == Settings()


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_only_existing_variables(page: Path):
    assert set(re.findall(r"SEATKEEPER_[A-Z_]+", page.read_text())) <= VARIABLES.keys() | OTHER_VARIABLES


def test_every_error_code_has_a_cause_and_a_next_step():
    user_errors, top_level = ERRORS.split("## At top level")
    assert [code for code, cause, step in rows(user_errors, "[A-Z_]+") if cause and step] == [
        code.value for code in UserErrorCode
    ]
    assert {code: int(status) for code, status, cause, step in rows(top_level, "[A-Z_]+") if cause and step} == STATUS


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_point_to_files(page: Path):
    links = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [DOCS / "architecture.md", README], ids=lambda page: page.name)
def test_introductory_pages_are_short(page: Path):
    assert not page.exists() or len(page.read_text().splitlines()) < 150


@pytest.mark.parametrize("page", [DOCS / "architecture.md", CONTRIBUTING], ids=lambda page: page.name)
def test_paths_for_contributors_exist(page: Path):
    paths = re.findall(r"`([\w.]+/[\w./]*)`", page.read_text())
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_names_in_the_architecture_exist():
    code = "\n".join(path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    known = set(re.findall(r"\w+", code))
    named = re.findall(r"`(?:\w+\.)?([A-Za-z_]+)(?:\(\w+\))?`", ARCHITECTURE)
    assert [name for name in named if name not in known | {"py", "graphql", *PACKAGES}] == []

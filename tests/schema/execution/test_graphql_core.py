"""The contract with the undocumented parts of graphql-core and Strawberry: an upgrade that changes one fails here."""

import inspect
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
import strawberry
from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
)
from graphql.execution import collect_fields
from graphql.execution.executor import Executor

from schema.build import schema
from schema.execution import graphql_core
from schema.execution.graphql_core import (
    DefaultExecutionContext,
    FieldDetailsList,
    HookedExecutionContext,
    collect_subfields,
    core_schema,
    execute_document,
    field_nodes_of,
    fragment_selection,
    is_nesting_error,
    is_token_limit_error,
    is_validation_aborted,
    python_class,
    strawberry_field,
    validate_document,
    without_suggestion,
)
from schema.query import Query
from schema.types.license import License

CORE = core_schema(schema)


class RecordingExecutionContext(HookedExecutionContext):
    """Records the arguments of the hook and the results of the adapter's functions."""

    calls: ClassVar[list[tuple[str, list[str], bool, OperationDefinitionNode]]] = []
    subfields: ClassVar[dict[str, list[str]]] = {}
    fragments_seen: ClassVar[list[str]] = []
    completed: Any = None

    def compiled_selection(self, type_: GraphQLOutputType, fields: FieldDetailsList) -> Any:
        self.calls.append(
            (str(type_), [field.node.name.value for field in fields], self.has_middleware, self.operation)
        )
        if isinstance(type_, GraphQLObjectType):
            groups = collect_subfields(self, type_, fields)
            self.subfields.update({name: [field.node.name.value for field in group] for name, group in groups.items()})
            selection = fragment_selection(self, "Names")
            self.fragments_seen.extend(node.name.value for node in selection.selections)  # type: ignore[attr-defined]
            if self.completed is not None:
                return lambda value: self.completed
        return None


@pytest.fixture
def recording(monkeypatch):
    """Return the recording class without earlier records."""
    monkeypatch.setattr(RecordingExecutionContext, "calls", [])
    monkeypatch.setattr(RecordingExecutionContext, "subfields", {})
    monkeypatch.setattr(RecordingExecutionContext, "fragments_seen", [])
    monkeypatch.setattr(RecordingExecutionContext, "completed", None)
    return RecordingExecutionContext


@strawberry.type
class Book:
    """A type with a plain field and a field with a resolver."""

    title: str

    @strawberry.field
    def chapters(self, info: strawberry.Info) -> list[str]:
        nodes, fragments = field_nodes_of(info)
        return [*(node.name.value for node in nodes), *fragments]


@strawberry.type(name="Query")
class BookQuery:
    """A query root with a book."""

    @strawberry.field
    def book(self) -> Book:
        return Book(title="Peer Gynt")


TEXT = "query Read { book { t: title chapters ...Names } } fragment Names on Book { title }"


def execute(execution_context_class: Any) -> Any:
    """Execute the query with an execution context class."""
    books = strawberry.Schema(BookQuery, execution_context_class=execution_context_class)
    return execute_document(
        books, parse(TEXT), SimpleNamespace(), operation_name="Read", variables=None, suggestions=True
    )


def test_parameters_of_complete_value_are_unchanged():
    parameters = list(inspect.signature(Executor.complete_value).parameters)
    ours = list(inspect.signature(HookedExecutionContext.complete_value).parameters)

    assert parameters == ours, "Executor.complete_value"


@pytest.mark.parametrize("name", ["complete_value", "collect_subfields", "execute_fields"])
def test_methods_of_the_execution_context_exist(name):
    assert callable(getattr(DefaultExecutionContext, name, None)), f"Executor.{name}"


def test_strawberry_extends_the_executor_of_graphql_core():
    assert issubclass(DefaultExecutionContext, Executor), "StrawberryGraphQLCoreExecutionContext"
    assert schema.execution_context_class is not None, "Schema.execution_context_class"


def test_field_details_hold_a_node():
    assert collect_fields.FieldDetails._fields[0] == "node", "FieldDetails.node"
    assert collect_fields.FragmentDetails._fields[0] == "definition", "FragmentDetails.definition"


def test_hook_is_called_with_types_and_fields(recording):
    result = execute(recording)

    assert result.errors is None
    [(type_, fields, has_middleware, operation), *_] = recording.calls
    assert (type_, fields) == ("Book", ["book"]), "arguments of Executor.complete_value"
    assert has_middleware is False, "Executor.middleware_manager"
    assert operation.name.value == "Read", "Executor.operation"


def test_subfields_are_grouped_by_response_name(recording):
    execute(recording)

    assert recording.subfields == {"t": ["title"], "chapters": ["chapters"], "title": ["title"]}, "collect_subfields"
    assert recording.fragments_seen == ["title"], "Executor.fragments"


def test_completed_value_is_used_in_the_response(recording, monkeypatch):
    monkeypatch.setattr(recording, "completed", {"t": "from the hook"})

    assert execute(recording).data == {"book": {"t": "from the hook"}}, "result of Executor.complete_value"


def test_default_execution_context_completes_all_fields():
    result = execute(DefaultExecutionContext)

    chapters = ["chapters", "Names"]
    assert result.data == {"book": {"t": "Peer Gynt", "chapters": chapters, "title": "Peer Gynt"}}, "Info._raw_info"


def test_strawberry_definitions_are_found():
    license_type = CORE.type_map["License"]
    assert isinstance(license_type, GraphQLObjectType)
    name, assignments = (
        strawberry_field(license_type.fields["name"]),
        strawberry_field(license_type.fields["assignments"]),
    )

    assert python_class(license_type) is License, "extensions['strawberry-definition'].origin"
    assert name is not None and assignments is not None, "extensions['strawberry-definition']"
    assert name.python_name == "name", "StrawberryField.python_name"
    assert (name.is_basic_field, assignments.is_basic_field) == (True, False), "StrawberryField.is_basic_field"
    assert assignments.directives, "StrawberryField.directives"


def test_introspection_has_no_strawberry_definitions():
    type_ = CORE.type_map["__Type"]
    assert isinstance(type_, GraphQLObjectType)

    assert python_class(type_) is None, "extensions of introspection types"
    assert strawberry_field(type_.fields["name"]) is None, "extensions of introspection fields"


def test_core_schema_is_graphql_cores():
    assert isinstance(CORE, GraphQLSchema), "Schema._schema"
    assert CORE.query_type is not None and python_class(CORE.query_type) is Query


def test_parser_reports_deep_nesting():
    with pytest.raises(GraphQLError) as failure:
        parse("{a" * 5_000 + "}" * 5_000)

    assert is_nesting_error(failure.value), f"message of the parser: {failure.value.message}"


def test_parser_reports_the_token_limit():
    with pytest.raises(GraphQLError) as failure:
        parse("{ a b c }", max_lexical_tokens=3)

    assert is_token_limit_error(failure.value), f"message of the parser: {failure.value.message}"


def test_validation_reports_that_it_was_aborted():
    errors = validate_document(CORE, parse("{viewer{" + "scopes " * 1_100 + "}}"), suggestions=True)

    assert any(map(is_validation_aborted, errors)), f"message of the validation: {errors[:1]}"
    assert graphql_core.MAX_COMPLEXITY_BUDGET == 500_000, "MAX_COMPLEXITY_BUDGET"


def test_validation_includes_strawberrys_rules():
    text = "mutation { importLicenseFile(input: {file: {}}) { userErrors { code } } }"

    assert validate_document(CORE, parse(text), suggestions=True), (
        "OneOfInputValidationRule of strawberry.schema.schema"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{ licences { totalCount } }",
        "{ license(kee: 1) { key } }",
        "{ node(id: 1) { ... on Usr { id } } }",
        '{ users(filter: {serch: "a"}) { totalCount } }',
        "{ auditEvents(filter: {actions: [SIGNED_UN]}) { totalCount } }",
    ],
)
def test_suggestions_are_recognized(text):
    messages = [error.message for error in validate_document(CORE, parse(text), suggestions=True)]
    suggesting = [message for message in messages if "mean" in message]

    assert suggesting, f"messages with suggestions: {messages}"
    assert not any("mean" in without_suggestion(message) for message in suggesting), f"suggestions: {suggesting}"


async def test_awaitables_are_recognized():
    async def later() -> int:
        return 1

    coroutine = later()
    assert graphql_core.is_awaitable(coroutine), "graphql.pyutils.is_awaitable"
    assert not graphql_core.is_awaitable("now"), "graphql.pyutils.is_awaitable"
    await coroutine

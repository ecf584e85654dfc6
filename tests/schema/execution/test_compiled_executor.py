"""Compiled selections return the same data and errors as graphql-core, whatever the rows contain."""

import asyncio
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import strawberry
from graphql import parse
from hypothesis import given, settings
from hypothesis import strategies as st

from licensing.enums import UserKind
from resolvers.users.users import REDACTED
from schema.build import schema
from schema.core.descriptions import interface_type, object_type
from schema.core.row_mapping import RowMapping, Rows, from_row
from schema.core.row_sources import Computed, Localized, Nested, NestedList, ToMany, ToOne
from schema.execution.compiled_executor import CompiledExecutionContext, compiled_selections_of, without_compilation
from schema.execution.complexity import MAX_DEPTH
from schema.execution.document import DOCUMENT_CACHE_SIZE
from schema.execution.graphql_core import DefaultExecutionContext
from schema.types.scalars import SCALARS
from server.graphql.view import GraphQLView
from server.settings import Settings

# graphql-core does not await the coroutines of fields whose siblings failed.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


class BookRow(NamedTuple):
    """The row of a book: a tuple."""

    id: Any
    title: Any
    shelf_id: Any
    author_id: Any
    pages: Any
    added_at: Any
    kind: Any
    tags: Any


@dataclass
class AuthorRow:
    """The row of an author: an object with attributes."""

    id: Any
    name: Any
    pseudonyms: Any
    favorites: Any


@interface_type
class Thing:
    """An interface: selections on it are not compiled."""

    id: strawberry.ID


@object_type
class Binding:
    """An object without a row."""

    color: str
    is_worn: bool | None


@object_type
class Author(Thing):
    """The author of a book."""

    id: strawberry.ID
    name: str
    pseudonyms: list[str | None] | None
    favorites: list["Book"]
    __mapping__ = RowMapping(AuthorRow, favorites=NestedList("favorites", "Book"))


@object_type
class Book(Thing):
    """A book."""

    id: strawberry.ID
    title: str
    pages: int | None
    added_at: datetime
    kind: UserKind
    tags: list[str] | None
    binding: Binding
    author: Author | None
    editor: Author
    mark: str | None
    cover: str | None

    @strawberry.field
    async def shout(self, times: int = 1) -> str:
        return str(self.title) + "!" * times

    __mapping__ = RowMapping(
        BookRow,
        id=Computed(str, "id"),
        binding=Computed(lambda title, pages: Binding(color=title, is_worn=bool(pages)), "title", "pages"),
        author=ToOne("authors", "author_id", "Author", "author"),
        editor=ToOne("authors", "author_id", "Author", "author"),
        mark=ToOne("marks", ("shelf_id", "id"), None, "mark"),
        cover=Localized(lambda language, title, pages: pages and f"{title} ({language})", "title", "pages"),
    )


class ShelfRow(NamedTuple):
    """The row of a shelf: a tuple."""

    id: Any
    name: Any


@object_type
class Shelf(Thing):
    """A shelf of books."""

    id: strawberry.ID
    name: str | None
    books: list[Book]
    __mapping__ = RowMapping(ShelfRow, books=ToMany("books", "id", "shelf_id", "Book", "books_of_shelf"))


class ShelfEdgeRow(NamedTuple):
    """The row of an edge."""

    cursor: Any
    node: Any


@object_type
class ShelfEdge:
    """An edge."""

    cursor: str
    node: Shelf
    spare: Shelf | None
    __mapping__ = RowMapping(ShelfEdgeRow, node=Nested("node", "Shelf"), spare=Nested("node", "Shelf"))


@object_type
class Library:
    """A connection."""

    edges: list[ShelfEdge] | None
    shelves: list[Shelf | None]
    first: Shelf | None
    things: list[Thing]
    count: int


@strawberry.type
class Query:
    """A query root with a list and a connection."""

    @strawberry.field
    async def library(self, info: strawberry.Info) -> Library | None:
        library: Library | None = info.context.library
        return library

    @strawberry.field
    async def shelves(self, info: strawberry.Info) -> list[Shelf]:
        shelves: list[Shelf] = info.context.library.shelves
        return shelves


compiled = strawberry.Schema(
    Query, types=[Book], scalar_overrides=SCALARS, execution_context_class=CompiledExecutionContext
)  # fmt: skip
plain = without_compilation(compiled)


@pytest.fixture(scope="module", autouse=True)
def _collect_garbage() -> Iterator[None]:
    yield
    gc.collect()


FIELDS: dict[str, dict[str, str | None]] = {
    "Library": {"edges": "ShelfEdge", "shelves": "Shelf", "first": "Shelf", "things": "Thing", "count": None},
    "ShelfEdge": {"cursor": None, "node": "Shelf", "spare": "Shelf"},
    "Shelf": {"id": None, "name": None, "books": "Book"},
    "Thing": {"id": None},
    "Book": {
        "id": None, "title": None, "pages": None, "addedAt": None, "kind": None, "tags": None, "mark": None,
        "cover": None, "binding": "Binding", "author": "Author", "editor": "Author", "shout(times: 2)": None,
    },
    "Binding": {"color": None, "isWorn": None},
    "Author": {"id": None, "name": None, "pseudonyms": None, "favorites": "Book"},
}  # fmt: skip
DIRECTIVES = st.sampled_from([""] * 12 + [" @include(if: $yes)", " @skip(if: $yes)"])


@st.composite
def selections(draw: st.DrawFn, type_: str, depth: int) -> str:
    """Draw a selection of fields of a type."""
    parts = ["__typename"] if draw(st.booleans()) else []
    names = [name for name, below in FIELDS[type_].items() if below is None or depth]
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=4)):
        below = FIELDS[type_][name]
        alias = draw(st.sampled_from(["", "", f"my_{name.split('(')[0]}: "]))
        inner = "{" + draw(selections(below, depth - 1)) + "}" if below else ""
        parts.append(f"{alias}{name}{draw(DIRECTIVES)}{inner}")
    if draw(st.integers(0, 4)) == 0:
        parts.append(f"... on {type_}{draw(DIRECTIVES)}{{{draw(selections(type_, 0))}}}")
    if draw(st.integers(0, 4)) == 0:
        parts.append(f"...Some{type_}")
    return " ".join(parts)


FRAGMENTS = {
    "Library": "first { ...SomeShelf }", "ShelfEdge": "cursor node { name }", "Shelf": "name books { t: title }",
    "Thing": "id ... on Book { title }", "Book": "title binding { color }", "Binding": "isWorn",
    "Author": "name favorites { title kind }",
}  # fmt: skip
QUERIES = st.one_of(
    selections("Library", 4).map(lambda selection: f"library {{ {selection} }}"),
    selections("Shelf", 3).map(lambda selection: f"shelves {{ {selection} }}"),
)


def document(selection: str) -> str:
    """Return a query with the fragments that it uses."""
    text = f"query ($yes: Boolean = true) {{ q: __typename @include(if: $yes) {selection} }}"
    used: set[str] = set()
    while missing := {t for t in FRAGMENTS if f"...Some{t}" in text} - used:
        used |= missing
        text += "".join(f" fragment Some{t} on {t} {{ {FRAGMENTS[t]} }}" for t in sorted(missing))
    return text


class Loader:
    """Loads rows that were not passed as related rows."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    async def load(self, key: Any) -> Any:
        await asyncio.sleep(0)
        return self.rows.get(key)


@st.composite
def libraries(draw: st.DrawFn) -> Any:
    """Draw a library in which some values have wrong types."""
    random = draw(st.randoms(use_true_random=False))
    error_rate = draw(st.sampled_from([0, 0.02, 0.1]))

    def maybe(good: Any, *wrong: Any) -> Any:
        return random.choice(wrong) if random.random() < error_rate else good

    def book(number: int) -> BookRow:
        return BookRow(
            maybe(number, None), maybe(f"Title {number}", None, 5, REDACTED, object(), b"x"), maybe(number % 3, None),
            random.choice([0, 1, None, maybe(1, 77, "x")]), maybe(random.choice([None, 7]), 2**40, True, "7", 2.5, "x"),
            maybe(random.choice([NOW, NOW.isoformat()]), None, 3),
            maybe(random.choice(["EMPLOYEE", UserKind.EMPLOYEE]), "x", None, []),
            maybe(random.choice([["a"], ("a", "b"), [], None]), [None], 5, "ab", {"a"}),
        )  # fmt: skip

    books = [book(number) for number in range(6)]
    authors = {
        number: AuthorRow(
            maybe(f"a{number}", None), maybe("Name", None, 3), maybe(["P", None], 5), maybe(books[:2], None, 3)
        )
        for number in range(2)
    }  # fmt: skip
    marks = {(0, 0): "x", (1, 1): maybe(None, 5)}
    by_shelf = {number: [book for book in books if book.shelf_id == number] for number in range(3)}
    loaders = SimpleNamespace(author=Loader(authors), mark=Loader(marks), books_of_shelf=Loader(by_shelf))
    context: Any = SimpleNamespace(cached=lambda _: loaders, language="nb")
    related = {"books": books, "authors": authors, "marks": marks}
    for name in list(related):
        if random.random() < 0.1:
            del related[name]
    shelves = [ShelfRow(number, maybe(f"Shelf {number}", None, _Awaitable())) for number in range(3)]
    as_rows: Any = Rows(Shelf, shelves, context, **related)
    edges: Any = Rows(
        ShelfEdge, [ShelfEdgeRow(maybe(f"c{shelf.id}", None), maybe(shelf, None)) for shelf in shelves], context
    )
    edges.related = as_rows.related
    context.library = Library(
        edges=maybe(edges, None, as_rows, [None], "abc", ()),
        shelves=maybe(random.choice([as_rows, list(as_rows)]), None, [None, as_rows[0]], 5),
        first=maybe(random.choice([as_rows[0], None, from_row(Shelf, shelves[1], context)]), shelves[0], "x"),
        things=maybe([from_row(Book, books[0], context, **related), as_rows[0]], None, [None]),
        count=maybe(7, None, 2**40, True, "7"),
    )
    return context


class _Awaitable:
    """An awaitable text, which a resolver may return but a row may not contain."""

    def __await__(self) -> Any:
        yield from ()
        return "late"


def comparable(result: Any) -> Any:
    """Return the data and errors of a result, including the order of the data, as a comparable text."""
    errors = [(error.message, error.path, error.locations) for error in result.errors or ()]
    return repr((result.data, sorted(errors, key=repr)))


@settings(max_examples=80, deadline=None)
@given(QUERIES, libraries())
def test_compiled_responses_equal_graphql_core(selection: str, context: Any) -> None:
    query = document(selection)

    async def execute_both() -> tuple[Any, Any]:
        return await compiled.execute(query, context_value=context), await plain.execute(query, context_value=context)

    found, expected = asyncio.run(execute_both())
    assert comparable(found) == comparable(expected)


async def test_reading_selection_bypasses_graphql_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade of graphql-core that disables compilation also fails this test."""
    object_types = []
    execute_fields = CompiledExecutionContext.execute_fields

    def recording(self: CompiledExecutionContext, parent_type: Any, *args: Any) -> Any:
        object_types.append(parent_type.name)
        return execute_fields(self, parent_type, *args)

    monkeypatch.setattr(CompiledExecutionContext, "execute_fields", recording)
    book = BookRow(1, "Peer Gynt", 0, 0, 200, NOW, "EMPLOYEE", [])
    context: Any = SimpleNamespace()
    rows: Any = Rows(Shelf, [ShelfRow(0, "Plays")], context, books=[book], authors={0: AuthorRow("7", "Ibsen", [], [])})
    context.library = Library(edges=None, shelves=rows, first=rows[0], things=[], count=1)
    selected = "name books { title addedAt kind author { name } binding { isWorn } }"
    result = await compiled.execute(f"{{ library {{ count shelves {{ {selected} }} }} }}", context_value=context)
    assert result.errors is None
    assert object_types == ["Query"]


@pytest.mark.parametrize(("is_on", "executor"), [(True, CompiledExecutionContext), (False, DefaultExecutionContext)])
def test_setting_disables_compilation(is_on: bool, executor: type) -> None:
    view: Any = GraphQLView(schema, Settings(compiled_answers=is_on))
    assert view.subscriptions.schema.execution_context_class is executor
    assert view.operations.schema.execution_context_class is executor


async def test_deepest_allowed_document_is_compiled() -> None:
    """Python's limit on nested parentheses must exceed `MAX_DEPTH`."""
    nested = "title"
    for _ in range(MAX_DEPTH):
        nested = f"title binding {{ color }} author {{ name favorites {{ {nested} }} }}"
    context: Any = SimpleNamespace()
    author = AuthorRow("7", "Ibsen", [], [])
    book = BookRow(1, "Peer Gynt", 0, 0, 200, NOW, "EMPLOYEE", [])
    author.favorites.append(book)
    rows: Any = Rows(Shelf, [ShelfRow(0, "Plays")], context, books=[book], authors={0: author})
    context.library = Library(edges=None, shelves=rows, first=None, things=[], count=1)
    query = f"{{ shelves {{ books {{ {nested} }} }} }}"

    found, expected = [await schema_.execute(query, context_value=context) for schema_ in (compiled, plain)]

    assert found.errors is None
    assert comparable(found) == comparable(expected)


def test_compiled_selections_are_evicted_with_documents() -> None:
    operations: list[Any] = [parse("{ library { count } }").definitions[0] for _ in range(DOCUMENT_CACHE_SIZE + 1)]
    first, *others = [compiled_selections_of(operation) for operation in operations]

    assert compiled_selections_of(operations[-1]) is others[-1]
    assert compiled_selections_of(operations[0]) is not first

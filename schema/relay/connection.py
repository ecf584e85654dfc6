"""Connections, by the GraphQL Cursor Connections Specification of Relay."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, TypeVar

from resolvers.pagination import Page, PageRequest
from schema.core.descriptions import argument, object_type
from schema.core.row_mapping import RowMapping, Rows, from_row
from schema.core.selection import Selection

C = TypeVar("C")

First = Annotated[
    int | None,
    argument("Number of items to return from the start of the list, at most 100. Defaults to 50 without `last`."),
]
After = Annotated[str | None, argument("Return items after this cursor.")]
Last = Annotated[int | None, argument("Number of items to return from the end of the list, at most 100.")]
Before = Annotated[str | None, argument("Return items before this cursor.")]


@object_type
class PageInfo:
    """Pagination information about a page of a connection."""

    has_next_page: bool
    """Whether there are items after this page."""
    has_previous_page: bool
    """Whether there are items before this page."""
    start_cursor: str | None
    """Cursor of the first item on the page; null if the page is empty."""
    end_cursor: str | None
    """Cursor of the last item on the page; null if the page is empty."""

    __mapping__ = RowMapping(Page)


class EdgeRow(NamedTuple):
    """The row of an edge: an item's cursor and row."""

    cursor: str
    node: Any


def connect(
    connection: type[C], edge: type, page: Page[Any], nodes: Rows[Any], selection: Selection, total_count: int
) -> C:
    """Return a page as a connection. Edges are created only if they are selected."""
    edges: Sequence[Any] = ()
    if "edges" in selection:
        edges = Rows(edge, list(zip(page.cursors, page.rows, strict=True)), nodes.related.context)
        edges.related = nodes.related
    page_info = from_row(PageInfo, page, nodes.related.context)
    return connection(edges=edges, nodes=nodes, page_info=page_info, total_count=total_count)  # type: ignore[call-arg]


__all__ = ["After", "Before", "EdgeRow", "First", "Last", "PageInfo", "PageRequest", "connect"]

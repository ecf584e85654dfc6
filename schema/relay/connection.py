"""Pages as clients see them, after the Relay specification of connections."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, TypeVar

from resolvers.pagination import Page, PageRequest
from schema.core.descriptions import argument, object_type
from schema.core.row_mapping import RowMapping, Rows, from_row
from schema.core.selection import Selection

C = TypeVar("C")

First = Annotated[
    int | None,
    argument("Number of items from the start; at most 100, 50 if neither `first` nor `last` is given."),
]
After = Annotated[str | None, argument("Start after this cursor.")]
Last = Annotated[int | None, argument("Number of items from the end; at most 100.")]
Before = Annotated[str | None, argument("End before this cursor.")]


@object_type
class PageInfo:
    """Where a page lies in a list."""

    has_next_page: bool
    """Whether items follow this page."""
    has_previous_page: bool
    """Whether items precede this page."""
    start_cursor: str | None
    """Cursor of the first item; null on an empty page."""
    end_cursor: str | None
    """Cursor of the last item; null on an empty page."""

    __mapping__ = RowMapping(Page)


class EdgeRow(NamedTuple):
    """An item's row, and its place in the list."""

    cursor: str
    node: Any


def connect(
    connection: type[C], edge: type, page: Page[Any], nodes: Rows[Any], selection: Selection, total_count: int
) -> C:
    """A page as a connection; its edges are made only if they are selected."""
    edges: Sequence[Any] = ()
    if "edges" in selection:
        edges = Rows(edge, list(zip(page.cursors, page.rows, strict=True)), nodes.related.context)
        edges.related = nodes.related
    page_info = from_row(PageInfo, page, nodes.related.context)
    return connection(edges=edges, nodes=nodes, page_info=page_info, total_count=total_count)  # type: ignore[call-arg]


__all__ = ["After", "Before", "EdgeRow", "First", "Last", "PageInfo", "PageRequest", "connect"]

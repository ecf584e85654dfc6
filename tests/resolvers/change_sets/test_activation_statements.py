"""The number of statements and parsed documents of an activation."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from licensing.documents import document
from models.db.query_count import count_queries
from resolvers.change_sets import activation, read_model
from resolvers.change_sets.activation import activate_licenses
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context

Make = Callable[..., Awaitable[Any]]
SALES, SERVICE = "superoffice.ten-sales", "superoffice.ten-service"


@pytest.fixture
def parsed_documents(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Record the license documents that are parsed."""
    parsed: list[bytes] = []

    def read(content: bytes, *args: Any) -> Any:
        parsed.append(content)
        return document.read_stored(content, *args)

    for module in (activation, read_model):
        monkeypatch.setattr(module, "read_stored", read)
    return parsed


async def test_activation_takes_few_statements(
    context: Context, offer: Callable[..., Awaitable[ChangeSetView]], make_license: Make, make_user: Make
) -> None:
    await make_license(SALES, total=5)
    change_set = await offer({SALES: 4, SERVICE: 5})

    with count_queries() as count:
        await activate_licenses(context, change_set.id)

    assert count.number <= 12


async def test_activation_with_moves_takes_few_statements(
    context: Context,
    offer: Callable[..., Awaitable[ChangeSetView]],
    make_license: Make,
    make_user: Make,
    database_url: str,
) -> None:
    sales = await make_license(SALES, total=5)
    users = [await make_user(f"User {number}", holds=[SALES]) for number in range(4)]
    change_set = await offer({SALES: 3, SERVICE: 5})

    with count_queries() as count:
        await activate_licenses(context, change_set.id, moves=[(sales.id, SERVICE, [users[0].id])])

    assert count.number <= (19 if database_url.startswith("sqlite") else 18)


async def test_activation_parses_the_document_once(
    context: Context, offer: Callable[..., Awaitable[ChangeSetView]], parsed_documents: list[bytes]
) -> None:
    change_set = await offer({SALES: 4})
    parsed_documents.clear()

    await activate_licenses(context, change_set.id)

    assert len(parsed_documents) == 1

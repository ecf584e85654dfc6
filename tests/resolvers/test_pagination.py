"""Keyset pagination: arguments, cursors, and pages in both directions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.db.select import Select
from models.user import User
from resolvers.errors import BadUserInput
from resolvers.pagination import INT, Keyset, ListQuery, PageRequest, decode_cursor, fetch_page, fetch_pages

BY_NAME = Keyset("users", {"name_key": str, "id": int})
BACKWARD_BY_NAME = Keyset("users", {"name_key": str, "id": int}, is_descending=True)
NAMES = ["Ærlig", "Anne", "Anne", "Berit", "Øyvind", "Åse", "Zorro", "anne"]


@pytest.fixture
async def users(installation, make_user):
    """A function that returns the list of users, some of whom have equal names or letters that locales sort apart."""
    for number, name in enumerate(NAMES):
        await make_user(name, login=f"login-{number}")

    def list_query() -> ListQuery:
        select = Select()
        return ListQuery(select, '"user"', [f"installation_id = {select.bind(installation)}"])

    return list_query


@pytest.mark.parametrize(
    "numbers",
    [
        {"first": 0},
        {"first": 101},
        {"last": 0},
        {"last": -5},
        {"first": 1, "last": 1},
        {"before": "anything"},
    ],
)
def test_invalid_page_request_is_rejected(numbers):
    with pytest.raises(BadUserInput):
        PageRequest(**numbers)


def test_default_page_size_is_50():
    assert PageRequest().size == 50
    assert PageRequest(last=100).size == 100


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=150), st.integers(0, 2**63 - 1)
)
def test_cursor_round_trips(name, id_):
    assert BY_NAME.values(BY_NAME.cursor([name, id_])) == [name, id_]


@given(st.text(max_size=200))
def test_arbitrary_text_is_not_a_cursor(text):
    with pytest.raises(BadUserInput):
        BY_NAME.values(text)


@pytest.mark.parametrize(
    "cursor",
    [
        Keyset("licenses", {"name_key": str, "id": int}).cursor(["a", 1]),
        Keyset("users", {"login_key": str, "id": int}).cursor(["a", 1]),
        BACKWARD_BY_NAME.cursor(["a", 1]),
        BY_NAME.cursor(["a"]),
        BY_NAME.cursor(["a", 1, 1]),
        BY_NAME.cursor([1, 1]),
        BY_NAME.cursor(["a", "1"]),
        BY_NAME.cursor(["a", True]),
        BY_NAME.cursor(["a", 2**63]),
        BY_NAME.cursor(["a\0", 1]),
        "WzIsInVzZXJzOm5hbWVfa2V5LGlkIiwiYSIsMV0",
        "e30",
        "W" * 1_001,
    ],
)
def test_cursor_of_another_keyset_is_rejected(cursor):
    with pytest.raises(BadUserInput):
        BY_NAME.values(cursor)


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, True, "1", 10**30])
def test_cursor_value_out_of_range_is_rejected(value):
    by_sort = Keyset("licenses", {"sort": INT, "id": int})
    assert by_sort.values(by_sort.cursor([2**31 - 1, 1])) == [2**31 - 1, 1]
    with pytest.raises(BadUserInput):
        by_sort.values(by_sort.cursor([value, 1]))


def test_deeply_nested_cursor_is_rejected():
    with pytest.raises(BadUserInput):
        decode_cursor("W1tb" * 200)


@pytest.mark.parametrize("keys", [BY_NAME, BACKWARD_BY_NAME], ids=["ascending", "descending"])
@pytest.mark.parametrize("size", [1, 3, 100])
async def test_forward_pages_return_each_row_once(users, keys, size):
    expected = sorted(
        ((name.casefold(), id_) for id_, name in await User.all().values_list("id", "name")), reverse=keys.is_descending
    )
    collected: list[object] = []
    after = None
    while True:
        page = await fetch_page(users(), keys, PageRequest(first=size, after=after), User, ["id"])
        collected += page.rows
        assert page.has_previous_page is (after is not None)
        if not page.has_next_page:
            break
        after = page.end_cursor

    assert collected == [(id_,) for _, id_ in expected]


@pytest.mark.parametrize("keys", [BY_NAME, BACKWARD_BY_NAME], ids=["ascending", "descending"])
@pytest.mark.parametrize("size", [1, 3, 100])
async def test_backward_pages_return_each_row_once(users, keys, size):
    whole = (await fetch_page(users(), keys, PageRequest(first=100), User, ["id"])).rows
    collected: list[object] = []
    before = None
    while True:
        page = await fetch_page(users(), keys, PageRequest(last=size, before=before), User, ["id"])
        collected = [*page.rows, *collected]
        assert page.has_next_page is (before is not None)
        if not page.has_previous_page:
            break
        before = page.start_cursor

    assert collected == whole


async def test_page_between_two_cursors(users):
    whole = await fetch_page(users(), BY_NAME, PageRequest(first=100), User, ["id"])

    request = PageRequest(first=10, after=whole.cursors[1], before=whole.cursors[5])
    between = await fetch_page(users(), BY_NAME, request, User, ["id"])

    assert between.rows == whole.rows[2:5]


async def test_empty_page_has_no_cursors(users):
    page = await fetch_page(users().where("id = 0"), BY_NAME, PageRequest(), User, ["id"])

    assert (page.rows, page.start_cursor, page.end_cursor) == ([], None, None)
    assert (page.has_next_page, page.has_previous_page) == (False, False)


async def test_added_row_does_not_shift_pages(users, make_user):
    first = await fetch_page(users(), BY_NAME, PageRequest(first=3), User, ["name"])
    await make_user("Aaron")
    second = await fetch_page(users(), BY_NAME, PageRequest(first=100, after=first.end_cursor), User, ["name"])

    assert len(first.rows) + len(second.rows) == len(NAMES)


@pytest.mark.parametrize("request_", [PageRequest(first=2), PageRequest(last=2)], ids=["forward", "backward"])
async def test_fetch_pages_equals_single_pages(users, request_):
    parts = ["substr(name_key, 1, 1) = 'a'", "name_key = 'zorro'", "1 = 0"]

    together = await fetch_pages(users(), parts, BY_NAME, request_, User, ["id", "name"])

    alone = [await fetch_page(users().where(part), BY_NAME, request_, User, ["id", "name"]) for part in parts]
    assert together == alone
    assert await fetch_pages(users(), [], BY_NAME, request_, User, ["id"]) == []

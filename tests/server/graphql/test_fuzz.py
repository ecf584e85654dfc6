"""Random input never causes a server error."""

import base64
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from resolvers.audit import log as audit_log
from resolvers.change_sets import change_sets
from resolvers.licenses import catalog
from resolvers.pagination import CURSOR_VERSION, Keyset
from resolvers.user_criteria import UserOrdering
from schema.build import schema
from schema.relay.node import global_id
from tests.server.graphql.fuzzing import EXAMPLES, JSON, ON_SQLITE, POST, TYPES, VALUES, app, check_response

__all__ = ["app", "check_response"]

LISTS = {
    "users": UserOrdering().keyset("users"),
    "licenses": catalog.BY_VENDOR,
    "changeSets": change_sets.NEWEST_FIRST,
    "auditEvents": audit_log.NEWEST_FIRST,
}

NUMBERS = st.integers(-(2**70), 2**70) | st.integers(-3, 1_100) | st.sampled_from([2**31, 2**31 - 1, 2**63, 2**63 - 1])
IDS = (
    st.text(max_size=20)
    | st.builds(lambda type_, number: global_id(type_)(number), st.sampled_from(TYPES), NUMBERS)
    | st.builds(
        lambda type_, number, more: global_id(type_)(number, more), st.sampled_from(TYPES), NUMBERS, st.text(max_size=9)
    )
    | st.binary(max_size=20).map(lambda raw: base64.b64encode(raw).decode())
)
FORM = "multipart/form-data"


@ON_SQLITE
@EXAMPLES
@given(body=st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
async def test_fuzzed_bodies(inga, check_response, body):
    check_response(await inga.post("/graphql", content=body, headers=JSON))


@ON_SQLITE
@EXAMPLES
@given(member=st.sampled_from(["query", "variables", "operationName", "extensions"]), value=VALUES)
async def test_fuzzed_request_members(inga, check_response, member, value):
    check_response(await inga.post("/graphql", content=json.dumps({**POST, member: value}).encode(), headers=JSON))


@ON_SQLITE
@EXAMPLES
@given(
    text=st.text(st.sampled_from('{}()[]:$@!.|&#"\\ \n,=-0a__typename') | st.characters(), max_size=60),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-32", "latin-1"]),
    charset=st.sampled_from(["", "; charset=utf-8", "; charset=utf-16", "; charset=nonsense", ";;", "; boundary="]),
)
async def test_fuzzed_documents_and_encodings(inga, check_response, text, encoding, charset):
    body = json.dumps({"query": "{viewer{scopes}} " + text}, ensure_ascii=False).encode(encoding, "replace")
    check_response(await inga.post("/graphql", content=body, headers={"Content-Type": f"application/json{charset}"}))


@ON_SQLITE
@EXAMPLES
@given(
    query=st.sampled_from(["{viewer{scopes}}", POST["query"]]) | st.text(st.characters(codec="utf-8"), max_size=20),
    variables=VALUES.map(json.dumps) | st.text(st.characters(codec="utf-8"), max_size=20),
    name=st.text(st.characters(codec="utf-8"), max_size=8),
)
async def test_fuzzed_query_strings(inga, check_response, query, variables, name):
    given_ = {"query": query, "variables": variables, "operationName": name, "extensions": variables}
    check_response(await inga.get("/graphql", params=given_))


IMPORT = "mutation ($file: Upload) { importLicenseFile(input: {file: {upload: $file}}) { userErrors { code } } }"
PATHS = st.sampled_from(
    ["variables.file", "variables", "query", "", ".", "variables.file.0", "0.variables.file", "a.b"]
)


@ON_SQLITE
@EXAMPLES
@given(
    operations=VALUES | st.just({"query": IMPORT, "variables": {"file": None}}),
    file_map=VALUES | st.dictionaries(st.sampled_from(["0", "1", "operations"]), st.lists(PATHS | VALUES, max_size=3)),
    file=st.binary(max_size=50),
)
async def test_fuzzed_forms(inga, check_response, operations, file_map, file):
    parts = {"operations": (None, json.dumps(operations)), "map": (None, json.dumps(file_map)), "0": ("a.lic", file)}
    check_response(await inga.post("/graphql", files=parts))


@ON_SQLITE
@EXAMPLES
@given(
    body=st.binary(max_size=100),
    content_type=st.sampled_from([FORM, f"{FORM}; boundary=a"]),
)
async def test_malformed_forms(inga, check_response, body, content_type):
    content = b"--a\r\nContent-Disposition: form-data; name=" + body + b"\r\n--a--"
    check_response(await inga.post("/graphql", content=content, headers={"Content-Type": content_type}))


@EXAMPLES
@given(ids=st.lists(IDS, max_size=3))
async def test_fuzzed_ids(inga, check_response, ids):
    query = (
        """query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on License { assignments { totalCount } } } }"""
    )
    check_response(
        await inga.post("/graphql", content=json.dumps({"query": query, "variables": {"ids": ids}}), headers=JSON)
    )


def values_of(keyset: Keyset) -> st.SearchStrategy[list[Any]]:
    """Return a strategy for values of a cursor, of the right types or not."""
    numbers, texts = st.integers(-(2**63), 2**63 - 1), st.text(max_size=9)
    columns = (texts if kind is str else numbers for kind in keyset.columns.values())
    return st.tuples(*columns).map(list) | st.lists(VALUES, max_size=3)


@EXAMPLES
@given(
    cursor=st.sampled_from(sorted(LISTS)).flatmap(lambda field: st.tuples(st.just(field), values_of(LISTS[field]))),
    sizes=st.dictionaries(st.sampled_from(["first", "last"]), NUMBERS | VALUES, max_size=2),
)
async def test_fuzzed_pagination_arguments(inga, check_response, cursor, sizes):
    field, values = cursor
    text = json.dumps([CURSOR_VERSION, LISTS[field].order, *values])
    encoded = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    query = f"""query ($first: Int, $last: Int, $after: String, $before: String) {{
      {field}(first: $first, last: $last, after: $after, before: $before) {{ totalCount nodes {{ id }} }} }}"""
    for argument in ("after", "before"):
        body = {"query": query, "variables": {**sizes, argument: encoded}}
        check_response(await inga.post("/graphql", content=json.dumps(body), headers=JSON))


INPUT: Any = schema._schema.type_map["UserFilter"]
FILTERS = st.dictionaries(st.sampled_from(sorted(INPUT.fields)), VALUES, max_size=3)


@EXAMPLES
@given(filter_=FILTERS, order=VALUES)
async def test_fuzzed_filters(inga, check_response, filter_, order):
    query = """query ($filter: UserFilter, $order: UserOrder) {
      users(filter: $filter, orderBy: $order) { totalCount nodes { id } } }"""
    body = {"query": query, "variables": {"filter": filter_, "order": order}}
    check_response(await inga.post("/graphql", content=json.dumps(body), headers=JSON))

"""Invalid values are rejected before execution, without an SQL statement."""

import pytest
from graphql import GraphQLError, OperationDefinitionNode, build_schema, parse

from schema.build import schema
from schema.execution.cost import MAX_ITEMS
from schema.execution.document import read_document
from schema.execution.graphql_core import core_schema
from schema.execution.input_validation import operation_input
from schema.relay.node import global_id

USER = global_id("User")
ASSIGN = """mutation ($licenseId: ID!, $userIds: [ID!]!) {
  assignUserLicenses(input: {licenseId: $licenseId, userIds: $userIds}) { userErrors { code path } }
}"""
REJECT = """mutation ($id: ID!, $reason: String!) {
  rejectPendingChanges(input: {changeSetId: $id, reason: $reason}) { userErrors { code path } }
}"""


@pytest.mark.parametrize(
    "document",
    [
        "{ users(first: 0) { totalCount } }",
        "{ users(first: 101) { totalCount } }",
        "{ users(last: -1) { totalCount } }",
        '{ users(before: "WzFd") { totalCount } }',
        "{ users(first: 1, last: 1) { totalCount } }",
        '{ users(after: "no cursor") { totalCount } }',
        '{ users(after: "WzEsImxpY2Vuc2VzOm5hbWVfa2V5LGlkIiwiYSIsMV0") { totalCount } }',
        '{ users(filter: {search: "a\\u0000"}) { totalCount } }',
        f'{{ users(filter: {{search: "{"a" * 1001}"}}) {{ totalCount }} }}',
        '{ node(id: "no id") { id } }',
        '{ nodes(ids: ["VXNlcjox", ""]) { id } }',
    ],
)
async def test_invalid_literals_are_rejected(execute, statements, document):
    result = await execute(document)

    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]
    assert statements == []


@pytest.mark.parametrize(
    ("declared", "used", "value"),
    [
        ("UserFilter", "users(filter: $value) { totalCount }", {"search": "a\0"}),
        ("UserFilter", "users(filter: $value) { totalCount }", {"search": "\ud800"}),
        ("UserFilter", "users(filter: $value) { totalCount }", {"licenseType": "a" * 1_001}),
        ("ID!", "node(id: $value) { id }", "VXNlcjox="),
        ("[ID!]!", "nodes(ids: $value) { id }", ["VXNlcjox", "Kari"]),
        ("[ID!]!", "nodes(ids: $value) { id }", ["VXNlcjox"] * 101),
        ("Int", "licenses(first: $value) { totalCount }", 0),
        ("String", "licenses(after: $value) { totalCount }", "!"),
    ],
)
async def test_invalid_variables_are_rejected(execute, statements, declared, used, value):
    result = await execute(f"query ($value: {declared}) {{ {used} }}", value=value)

    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]
    assert statements == []


@pytest.mark.parametrize("value", ["3", True, [1], {}])
@pytest.mark.parametrize("argument", ["first", "last"])
async def test_non_integer_page_size_is_reported_by_graphql(execute, statements, argument, value):
    result = await execute(f"query ($value: Int) {{ licenses({argument}: $value) {{ totalCount }} }}", value=value)

    [error] = result.errors
    assert "Int cannot represent non-integer value" in error.message
    assert statements == []


async def test_invalid_page_size_prevents_the_mutation(execute, statements):
    mutation = """mutation { signOut { query { licenses(first: 0) { totalCount } } } }"""

    result = await execute(mutation)

    assert result.data is None
    assert statements == []


async def test_license_file_has_its_own_size_limit(run):
    mutation = """mutation ($text: String!) {
      importLicenseFile(input: {file: {text: $text}}) { userErrors { code } }
    }"""
    by_input = """mutation ($input: ImportLicenseFileInput!) {
      importLicenseFile(input: $input) { userErrors { code } }
    }"""

    for size, code in ((10_000, "FILE_INVALID"), (256 * 1024 + 1, "FILE_TOO_LARGE")):
        payload = await run(by_input, input={"file": {"text": "a" * size}})
        assert payload["importLicenseFile"]["userErrors"] == [{"code": code}]
    assert (await run(mutation, text="a"))["importLicenseFile"]["userErrors"] == [{"code": "FILE_INVALID"}]


FILE_TEXTS = {
    "variable": "mutation ($text: String!) {{ importLicenseFile(input: {{file: {{text: $text}}}}) {{ {errors} }} }}",
    "object": "mutation ($file: LicenseFileInput!) {{ importLicenseFile(input: {{file: $file}}) {{ {errors} }} }}",
    "fragment": "mutation ($text: String!) {{ ...A }} fragment A on Mutation {{"
    " importLicenseFile(input: {{file: {{text: $text}}}}) {{ {errors} }} }}",
    "default": 'mutation ($text: String! = "{long}") {{'
    " importLicenseFile(input: {{file: {{text: $text}}}}) {{ {errors} }} }}",
    "default in an object": 'mutation ($file: LicenseFileInput! = {{text: "{long}"}}) {{'
    " importLicenseFile(input: {{file: $file}}) {{ {errors} }} }}",
    "two files": "mutation ($text: String!) {{ importLicenseFile(input: {{file: {{text: $text}}}}) {{ {errors} }}"
    " b: importLicenseFile(input: {{file: {{text: $text}}}}) {{ {errors} }} }}",
    "literal": 'mutation {{ importLicenseFile(input: {{file: {{text: "{long}"}}}}) {{ {errors} }} }}',
}


@pytest.mark.parametrize("mutation", FILE_TEXTS.values(), ids=FILE_TEXTS)
async def test_license_file_text_may_be_long_wherever_it_is_given(run, mutation):
    size = 15_000 if "{long}" in mutation else 100_000
    text = mutation.format(errors="userErrors { code }", long="a" * size)
    variables = {"file": {"text": "a" * size}} if "$file" in text else {"text": "a" * size}

    payload = await run(text, **({} if "{long}" in mutation else variables))

    assert payload["importLicenseFile"]["userErrors"] == [{"code": "FILE_INVALID"}]


REASON = """mutation ($text: String! = "{default}", $id: ID!) {{
  importLicenseFile(input: {{file: {{text: $text}}}}) {{ userErrors {{ code }} }}
  {used}
}}
fragment A on Mutation {{
  rejectPendingChanges(input: {{changeSetId: $id, reason: $text}}) {{ userErrors {{ code }} }}
}}
"""


@pytest.mark.parametrize("used", ["...A", "... { ...A }"])
@pytest.mark.parametrize(("default", "variables"), [("", {"text": "a" * 1_001}), ("a" * 1_001, {}), ("\\u0000", {})])
async def test_strictest_position_of_a_variable_limits_its_value(execute, statements, used, default, variables):
    text = REASON.format(used=used, default=default)

    result = await execute(text, id=global_id("LicenseChangeSet")(1), **variables)

    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]
    assert statements == []


def test_positions_are_those_of_the_executed_operation():
    two = """mutation A($text: String!) { importLicenseFile(input: {file: {text: $text}}) { userErrors { code } } }
    query B($text: String!) { users(filter: {search: $text}) { totalCount } }"""
    document = read_document(core_schema(schema), two, suggestions=True)

    document.check("A", {"text": "a" * 1_001})
    with pytest.raises(GraphQLError, match="1,001 characters"):
        document.check("B", {"text": "a" * 1_001})


def test_position_inside_lists_of_objects_is_found():
    core = build_schema(
        """type Query { files(files: [LicenseFileInput!]!, name: [String!]): Int }
        input LicenseFileInput { text: String, name: String }"""
    )
    query = (
        "query ($a: String!, $b: String!, $c: String) { files(files: [{text: $a}, {text: $b, name: $b}], name: [$c]) }"
    )
    [definition] = parse(query).definitions

    assert isinstance(definition, OperationDefinitionNode)
    assert operation_input(core, definition, []).file_texts == {"a"}


@pytest.mark.parametrize("file", [{}, {"text": "a", "upload": None}, {"text": None}])
async def test_license_file_is_given_exactly_once(execute, file):
    mutation = (
        """mutation ($file: LicenseFileInput!) { importLicenseFile(input: {file: $file}) { userErrors { code } } }"""
    )

    assert (await execute(mutation, file=file)).errors


@pytest.mark.parametrize(
    ("ids", "code", "path"),
    [
        ([], "INVALID", ["input", "userIds"]),
        ([USER(number) for number in range(MAX_ITEMS + 1)], "TOO_MANY_ITEMS", ["input", "userIds"]),
        ([USER(1), USER(2), USER(1)], "INVALID", ["input", "userIds", "2"]),
        ([global_id("License")(1)], "NOT_FOUND", ["input", "userIds", "0"]),
        ([USER(999)], "NOT_FOUND", ["input", "userIds", "0"]),
    ],
)
async def test_invalid_user_lists_are_rejected(run, make_license, ids, code, path):
    made = await make_license("superoffice.a")

    payload = await run(ASSIGN, licenseId=global_id("License")(made.id), userIds=ids)

    assert payload["assignUserLicenses"]["userErrors"] == [{"code": code, "path": path}]


async def test_id_of_another_type_is_not_found(run, make_license, make_user):
    made = await make_license("superoffice.a")
    user = await make_user("Kari")

    payload = await run(ASSIGN, licenseId=USER(made.id), userIds=[USER(user.id)])

    assert payload["assignUserLicenses"]["userErrors"] == [{"code": "NOT_FOUND", "path": ["input", "licenseId"]}]


async def test_blank_rejection_reason_is_invalid(run, offer):
    change_set = await offer({"superoffice.a": 3})

    payload = await run(REJECT, id=global_id("LicenseChangeSet")(change_set.id), reason=" \n")

    assert payload["rejectPendingChanges"]["userErrors"] == [{"code": "INVALID", "path": ["input", "reason"]}]

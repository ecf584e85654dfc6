"""Validation stops after 10 errors; names of the schema are suggested seldom, and only to callers who may read it."""

import gc
import sys
import time

import pytest
from graphql.pyutils import suggestion_list

from schema.build import schema
from schema.execution.document import read_document
from schema.execution.execute import run
from schema.execution.graphql_core import MAX_ERRORS, MAX_SUGGESTIONS, core_schema

DOCUMENTS = {
    "types": lambda seed: "{" + " ".join(f"... on LicenseChangeSe{seed}x{n} {{id}}" for n in range(150)) + "}",
    "fields": lambda seed: "{" + " ".join(f"licens{seed}x{n}" for n in range(150)) + "}",
    "arguments": lambda seed: "{users(" + " ".join(f"filte{seed}x{n}: 1" for n in range(150)) + ") {totalCount}}",
    "input fields": lambda seed: (
        "{users(filter: {" + " ".join(f"searc{seed}{n}: 1" for n in range(150)) + "}) {totalCount}}"
    ),
    "enum values": lambda seed: (
        "{auditEvents(filter: {actions: [" + " ".join(f"SIGNED_I{seed}x{n}" for n in range(150)) + "]}) {totalCount}}"
    ),
}


@pytest.fixture
def without_garbage_collection():
    """Exclude collections of the test process's objects from measured times."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def read(text, *, suggestions=True):
    return read_document(core_schema(schema), text, suggestions=suggestions)


def messages(text, *, suggestions=True):
    return [error.message for error in read(text, suggestions=suggestions).errors]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_validation_stops_after_ten_errors(document):
    found = messages(document(1))

    assert len(found) == MAX_ERRORS + 1
    assert found[-1] == "Too many validation errors, error limit reached. Validation aborted."


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_suggestions_are_limited(monkeypatch, document):
    searches = []

    def recording(*args):
        searches.append(args)
        return suggestion_list(*args)

    for name, module in list(sys.modules.items()):
        if name.startswith("graphql.") and getattr(module, "suggestion_list", None) is suggestion_list:
            monkeypatch.setattr(module, "suggestion_list", recording)
    shown = [message for message in messages(document(2)) if "Did you mean" in message]

    assert 1 <= len(shown) <= len(searches) <= MAX_SUGGESTIONS <= 5


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_nothing_is_suggested_to_callers_who_may_not_read_the_schema(document):
    assert not [message for message in messages(document(3), suggestions=False) if "mean" in message]
    assert [message for message in messages(document(3)) if "mean" in message]


def test_a_few_errors_suggest_names():
    assert messages("{ licenss { totalCount } user(id: 1) { nam } }")[0].endswith(
        "Did you mean 'license' or 'licenses'?"
    )
    assert messages("{ node(id: 1) { ... on Usr { id } } }")[0].startswith("Unknown type 'Usr'. Did you mean 'User'")


@pytest.mark.parametrize("suggestions", [True, False])
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_invalid_documents_are_cheap(measured, without_garbage_collection, document, suggestions):
    with measured("CPU of 5 invalid documents", most=5 * 0.05, clock=time.process_time):
        for seed in range(5):
            assert messages(document(f"{seed}{suggestions}"), suggestions=suggestions)


@pytest.mark.parametrize("suggestions", [True, False])
async def test_variables_suggest_names_like_documents(context, suggestions):
    query = "query ($filter: AuditFilter) { auditEvents(filter: $filter) { totalCount } }"
    variables = {"filter": {"actions": ["SIGNED_I"] * 50}}

    result = await run(schema, read(query, suggestions=suggestions), context, variables=variables)

    shown = [error for error in result.errors or () if "Did you mean" in error.message]
    assert len(shown) == (MAX_SUGGESTIONS - 1 if suggestions else 0)
    assert 1 <= len(result.errors or ()) <= MAX_ERRORS

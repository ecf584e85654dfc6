"""The `Idempotency-Key` header: a mutation that is sent again with its key takes effect once."""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import file_digest, sha256
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationType,
    SelectionSetNode,
    get_operation_ast,
)
from strawberry.http import GraphQLRequestData

from licensing.messages import Message
from resolvers.context import Context
from resolvers.errors import BadUserInput
from resolvers.idempotency import IdempotentRequest
from schema.execution.document import Document, Operation

HEADER = "Idempotency-Key"
IGNORED_BY = frozenset({"signIn", "signOut"})
"""Mutations that are executed again even if their key was used before."""

_KEY = re.compile(r"[ -~]{1,255}")


def set_idempotent_request(headers: Mapping[str, str], data: GraphQLRequestData, context: Context) -> None:
    """Store the key and the fingerprint of a request in its context, if the caller is signed in and sent a key."""
    key = headers.get(HEADER)
    if key is not None and context.principal:
        context.idempotent_request = IdempotentRequest.of(context.principal, key, fingerprint(data))


def fingerprint(data: GraphQLRequestData) -> str:
    """Return the SHA-256 of operation name, document and variables in hex; uploaded files count by their SHA-256."""
    identity = [data.operation_name, data.query, data.variables]
    return sha256(json.dumps(identity, sort_keys=True, default=_digest).encode()).hexdigest()


def _digest(upload: Any) -> dict[str, str]:
    digest = file_digest(upload.file, "sha256").hexdigest()
    upload.file.seek(0)
    return {"sha256": digest}


async def check_idempotency_key(context: Context, document: Document, operation: Operation) -> None:
    """Look up the key of a mutation before it is executed; the key of a query is ignored.

    Raises:
        BadUserInput: The key is malformed, or the mutation selects several root fields.
        KeyReused: Another request was sent with the key.
    """
    request = context.idempotent_request
    if request is None:
        return
    fields = root_fields(document.node, operation.name)
    if operation.type is not OperationType.MUTATION or IGNORED_BY.issuperset(fields.values()):
        context.idempotent_request = None
        return
    if not _KEY.fullmatch(request.key):
        raise BadUserInput(
            Message(
                "{header} must be 1 to 255 characters of printable ASCII. Send a new UUID for each call.", header=HEADER
            )
        )
    if len(fields) > 1:
        raise BadUserInput(
            Message(
                "With {header} a document can contain one mutation field. Send the others separately.", header=HEADER
            )
        )
    await request.look_up(context.now())


def root_fields(document: DocumentNode, operation_name: str | None) -> dict[str, str]:
    """Return the root fields that an operation selects, as field names by response key."""
    operation = get_operation_ast(document, operation_name)
    assert operation
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    return dict(_root_fields(operation.selection_set, fragments))


def _root_fields(
    selection_set: SelectionSetNode, unvisited: dict[str, FragmentDefinitionNode]
) -> Iterator[tuple[str, str]]:
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            if not node.name.value.startswith("__"):
                yield (node.alias or node.name).value, node.name.value
        elif not isinstance(node, FragmentSpreadNode):
            yield from _root_fields(node.selection_set, unvisited)  # type: ignore[attr-defined]
        elif fragment := unvisited.pop(node.name.value, None):  # a fragment adds nothing when it is spread again
            yield from _root_fields(fragment.selection_set, unvisited)

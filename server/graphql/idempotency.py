"""`Idempotency-Key`: a mutation that is sent again, because nobody knows what became of it, has one effect."""

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

_KEY = re.compile(r"[ -~]{1,255}")


def take_key(headers: Mapping[str, str], sent: GraphQLRequestData, context: Context) -> None:
    """Notes the key that a caller sent along, and what was sent."""
    key = headers.get(HEADER)
    if key is not None and context.principal:
        context.idempotent_request = IdempotentRequest.of(context.principal, key, fingerprint(sent))


def fingerprint(sent: GraphQLRequestData) -> str:
    """What tells calls apart: operation, document and variables, with files by their SHA-256."""
    identity = [sent.operation_name, sent.query, sent.variables]
    return sha256(json.dumps(identity, sort_keys=True, default=_digest).encode()).hexdigest()


def _digest(upload: Any) -> dict[str, str]:
    digest = file_digest(upload.file, "sha256").hexdigest()
    upload.file.seek(0)
    return {"sha256": digest}


async def look_up_key(context: Context, document: Document, operation: Operation) -> None:
    """Finds out, before a mutation runs, whether it was sent before with its key. Queries ignore it.

    Raises:
        BadUserInput: It cannot be a key, or the document holds several fields.
        KeyReused: Another call was sent with it.
    """
    call = context.idempotent_request
    if call is None:
        return
    fields = root_fields(document.node, operation.name)
    if operation.type is not OperationType.MUTATION or IGNORED_BY.issuperset(fields.values()):
        context.idempotent_request = None
        return
    if not _KEY.fullmatch(call.key):
        raise BadUserInput(
            Message("{header} is 1 to 255 characters of printable ASCII. Send a new UUID for each call.", header=HEADER)
        )
    if len(fields) > 1:
        raise BadUserInput(
            Message("With {header} a document holds one mutation field. Send the others by themselves.", header=HEADER)
        )
    await call.look_up(context.now())


def root_fields(document: DocumentNode, operation_name: str | None) -> dict[str, str]:
    """The names of the fields that an operation asks the root for, by their names in the answer."""
    operation = get_operation_ast(document, operation_name)
    assert operation
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    return dict(_fields(operation.selection_set, fragments))


def _fields(selected: SelectionSetNode, unseen: dict[str, FragmentDefinitionNode]) -> Iterator[tuple[str, str]]:
    for node in selected.selections:
        if isinstance(node, FieldNode):
            if not node.name.value.startswith("__"):
                yield (node.alias or node.name).value, node.name.value
        elif not isinstance(node, FragmentSpreadNode):
            yield from _fields(node.selection_set, unseen)  # type: ignore[attr-defined]
        elif fragment := unseen.pop(node.name.value, None):  # a second time it adds nothing
            yield from _fields(fragment.selection_set, unseen)

"""Automatic persisted queries: clients send the SHA-256 of a document instead of its text.

A client sends `extensions.persistedQuery` without a query; if the server does not know the hash, the client repeats the
request with both, and the server stores the document. Apollo Client and urql do this on their own.
See https://www.apollographql.com/docs/apollo-server/performance/apq.
"""

import re
from hashlib import sha256
from typing import Any

from graphql import GraphQLError
from strawberry.http import GraphQLRequestData

from licensing.messages import Message
from resolvers.context import Context
from server.errors import RequestRejected

MAX_QUERIES = 200
"""Documents stored per installation. The least recently used is removed first."""
MAX_INSTALLATIONS = 100
"""Installations whose documents are stored in this process. The least recently used is removed first."""
_HASH = re.compile(r"[0-9a-f]{64}")


class PersistedQueries:
    """The documents that authenticated callers of each installation have sent with their hashes."""

    def __init__(self) -> None:
        self._queries: dict[int, dict[str, str]] = {}

    def query_of(self, data: GraphQLRequestData, context: Context) -> str:
        """Return the document of a request, which may be given by its hash.

        Raises:
            RequestRejected: The hash is malformed, or is not that of the document.
            GraphQLError: The hash is unknown. To anonymous callers every hash is.
        """
        hash_ = _hash_of(data.extensions)
        if data.query is not None:
            if hash_ not in (None, sha256(data.query.encode()).hexdigest()):
                raise RequestRejected(
                    400, Message("The hash in persistedQuery is not that of the query. Send its SHA-256 in hex.")
                )
            return data.query
        queries = self._queries.get(context.principal.installation_id, {}) if context.principal else {}
        if (query := queries.pop(hash_ or "", None)) is None:
            # The clients look for this text and this code.
            raise GraphQLError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})
        queries[hash_ or ""] = query
        return query

    def store(self, data: GraphQLRequestData, context: Context) -> None:
        """Store the valid document of an authenticated caller who sent its hash."""
        hash_ = _hash_of(data.extensions)
        if hash_ is None or data.query is None or context.principal is None:
            return
        installation_id = context.principal.installation_id
        queries = self._queries[installation_id] = self._queries.pop(installation_id, {})
        queries.pop(hash_, None)
        queries[hash_] = data.query
        if len(queries) > MAX_QUERIES:
            del queries[next(iter(queries))]
        if len(self._queries) > MAX_INSTALLATIONS:
            del self._queries[next(iter(self._queries))]


def is_persisted(extensions: dict[str, Any] | None) -> bool:
    """Return whether a request gives the hash of its document."""
    return (extensions or {}).get("persistedQuery") is not None


def _hash_of(extensions: dict[str, Any] | None) -> str | None:
    if not is_persisted(extensions):
        return None
    match (extensions or {})["persistedQuery"]:
        case {"version": 1, "sha256Hash": str(hash_)} if _HASH.fullmatch(hash_):
            return hash_
    raise RequestRejected(400, Message("persistedQuery must have version 1 and a sha256Hash of 64 hexadecimal digits."))

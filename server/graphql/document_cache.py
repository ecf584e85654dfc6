"""Cached documents, of authenticated and of anonymous callers apart."""

from functools import lru_cache, partial

from graphql import GraphQLSchema

from schema.execution.document import DOCUMENT_CACHE_SIZE, Document, read_document

ANONYMOUS_CACHE_SIZE = 20
"""Number of cached documents of anonymous callers, who sign in and read little else."""


class DocumentCache:
    """Two caches, so that anonymous callers never evict the documents of authenticated callers."""

    def __init__(self, schema: GraphQLSchema) -> None:
        read = partial(read_document.__wrapped__, schema)
        self._authenticated = lru_cache(DOCUMENT_CACHE_SIZE)(read)
        self._anonymous = lru_cache(ANONYMOUS_CACHE_SIZE)(read)

    def read(self, text: str, *, suggestions: bool, is_anonymous: bool = False) -> Document:
        """Return a document as `read_document` does.

        Raises:
            GraphQLError: The text cannot be parsed, or exceeds a limit.
        """
        cache = self._anonymous if is_anonymous else self._authenticated
        return cache(text, suggestions=suggestions)

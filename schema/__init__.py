"""What clients see: the GraphQL schema, thin over the resolvers; `schema.graphql` is its printed contract."""

from schema.root import built_schema as schema
from schema.root import introspection, print_sdl

__all__ = ["introspection", "print_sdl", "schema"]

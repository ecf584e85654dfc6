"""What clients see: the GraphQL schema, thin over the resolvers; `schema.graphql` is its printed contract."""

from schema.root import built_schema as schema
from schema.root import print_sdl

__all__ = ["print_sdl", "schema"]

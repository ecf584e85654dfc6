"""The GraphQL schema; `schema.graphql` is its printed contract. Enums are registered before a type refers to one."""

from schema.types.enums import register_enums

register_enums()

"""The GraphQL schema. `schema.graphql` is its printed form.

Enums are registered on import, before a type refers to one.
"""

from schema.types.enums import register_enums

register_enums()

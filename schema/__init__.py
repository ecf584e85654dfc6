"""The GraphQL schema; `schema.graphql` is its printed contract."""

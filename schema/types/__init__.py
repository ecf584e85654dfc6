"""GraphQL types: objects, enums and scalars."""

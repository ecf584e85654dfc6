"""What happens: one async function per thing the API does; knows no GraphQL and no HTTP."""

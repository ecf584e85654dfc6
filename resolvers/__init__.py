"""Application services: one async function per operation of the API."""

// The audits of GraphQL over HTTP, as graphql-http has them: `node audit.mjs URL TOKEN` prints each one's outcome.

import { auditServer } from "graphql-http";

const [url, token] = process.argv.slice(2);

const results = await auditServer({
  url,
  fetchFn: (address, request = {}) =>
    fetch(address, { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } }),
});

console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));

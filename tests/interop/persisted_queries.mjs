// Persisted queries by Apollo Client and urql: `node persisted_queries.mjs CLIENT METHOD URL TOKEN` sends a query twice.

import { createHash } from "node:crypto";
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { createPersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";

const [library, method, url, token] = process.argv.slice(2);
const QUERY = `query Licenses($first: Int!) { licenses(first: $first) { nodes { key } } }`;
const variables = { first: 2 };
const headers = { Authorization: `Bearer ${token}` };
const requests = [];

async function observe(address, request) {
  const response = await fetch(address, request);
  const { method } = request;
  const hasQuery = method === "GET" ? new URL(address).searchParams.has("query") : "query" in JSON.parse(request.body);
  requests.push({ method, hasQuery });
  return response;
}

function apollo() {
  const sha256 = (text) => createHash("sha256").update(text).digest("hex");
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: createPersistedQueryLink({ sha256, useGETForHashedQueries: method === "GET" }).concat(
      new HttpLink({ uri: url, headers, fetch: observe }),
    ),
  });
  return () => client.query({ query: gql(QUERY), variables, fetchPolicy: "no-cache" });
}

function urql() {
  const client = new Client({
    url,
    fetch: observe,
    fetchOptions: { headers },
    preferGetMethod: false,
    exchanges: [persistedExchange({ preferGetForPersistedQueries: method === "GET" }), fetchExchange],
  });
  return () => client.query(QUERY, variables).toPromise();
}

const send = { apollo, urql }[library]();
const results = [];
for (let count = 0; count < 2; count++) {
  const { data, error } = await send();
  results.push(error ? String(error) : data.licenses.nodes.map(({ key }) => key));
}
console.log(JSON.stringify({ requests, results }));

import { ApolloClient, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import WebSocket from "ws";
import { EVENTS, show } from "./events.mjs";
import { connect } from "./socket.mjs";

const [url, token, after] = process.argv.slice(2);

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: new GraphQLWsLink(
    connect(url.replace("http", "ws"), {
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${token}` },
    }),
  ),
});

client.subscribe({ query: gql(EVENTS), variables: { after }, fetchPolicy: "no-cache" }).subscribe({
  next: ({ data, error }) => (error ? console.error(error.message) : show(data.auditEvents)),
});

import { Client, subscriptionExchange } from "@urql/core";
import WebSocket from "ws";
import { EVENTS, show } from "./events.mjs";
import { connect } from "./socket.mjs";

const [url, token, after] = process.argv.slice(2);

const socket = connect(url.replace("http", "ws"), {
  webSocketImpl: WebSocket,
  connectionParams: { Authorization: `Bearer ${token}` },
});

const client = new Client({
  url,
  exchanges: [
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});

client.subscription(EVENTS, { after }).subscribe(({ data, error }) => {
  if (error) console.error(error.networkError?.code, error.message);
  else show(data.auditEvents);
});

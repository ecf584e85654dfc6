import WebSocket from "ws";
import { EVENTS, show } from "./events.mjs";
import { connect } from "./socket.mjs";

const [url, token, after] = process.argv.slice(2);

const socket = connect(url.replace("http", "ws"), {
  webSocketImpl: WebSocket,
  connectionParams: { Authorization: `Bearer ${token}` },
});

socket.subscribe(
  { query: EVENTS, variables: { after } },
  {
    next: ({ data, errors }) => (errors ? console.error(errors) : show(data.auditEvents)),
    error: (failure) => console.error(failure.code, failure.reason),
    complete: () => {},
  },
);

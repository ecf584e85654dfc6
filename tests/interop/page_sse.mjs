import { createClient } from "graphql-sse";
import { EVENTS, pause, show } from "./events.mjs";

const variables = { after: new URLSearchParams(location.search).get("after") };
const client = createClient({
  url: "/graphql",
  headers: { "GraphQL-Require-Preflight": "1" },
  retryAttempts: Infinity,
  retry: pause,
});

client.subscribe(
  { query: EVENTS, variables },
  {
    next({ data, errors }) {
      if (errors) return console.error(errors);
      variables.after = data.auditEvents.cursor;
      show(data.auditEvents);
    },
    error: (failure) => console.error(failure.message),
    complete: () => {},
  },
);

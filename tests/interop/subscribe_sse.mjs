import { createClient } from "graphql-sse";
import { EVENTS, pause, show } from "./events.mjs";

const [url, token, after] = process.argv.slice(2);
const variables = { after };
let status;

const client = createClient({
  url,
  headers: { Authorization: `Bearer ${token}` },
  retryAttempts: Infinity,
  async fetchFn(...request) {
    const response = await fetch(...request);
    status = response.status;
    return response;
  },
  async retry() {
    if (status === 401) throw new Error("401: the token is refused");
    await pause();
  },
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

import { createClient } from "graphql-ws";
import { setConnection } from "./connection";

/** The code with which the server closes a WebSocket of somebody who is not signed in. */
export const NOT_SIGNED_IN = 4401;
const NOT_NEEDED = 1000;
const ON_PURPOSE = [NOT_SIGNED_IN, NOT_NEEDED];

const scheme = location.protocol === "https:" ? "wss" : "ws";

/** The WebSocket for subscriptions. It comes back by itself, however long the server is away. */
export const socket = createClient({
  url: `${scheme}://${location.host}/graphql`,
  keepAlive: 10_000,
  retryAttempts: Infinity,
  retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** retries, 8_000))),
  shouldRetry: () => true,
  on: {
    connected: () => setConnection("live"),
    closed: (event) => setConnection(ON_PURPOSE.includes((event as CloseEvent).code) ? "closed" : "lost"),
  },
});

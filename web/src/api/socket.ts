import { createClient } from "graphql-ws";
import { setConnection } from "./connection";

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
    closed: (event) => setConnection((event as CloseEvent).wasClean ? "closed" : "lost"),
  },
});

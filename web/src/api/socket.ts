import { createClient } from "graphql-ws";
import { setConnection } from "./connection";

/** Close code of the server for a connection without a valid session. */
export const UNAUTHENTICATED_CLOSE_CODE = 4401;
const NORMAL_CLOSE_CODE = 1000;
const INTENDED_CLOSE_CODES = [UNAUTHENTICATED_CLOSE_CODE, NORMAL_CLOSE_CODE];

const scheme = location.protocol === "https:" ? "wss" : "ws";

/** The WebSocket client for subscriptions. It reconnects without a limit of attempts. */
export const socket = createClient({
  url: `${scheme}://${location.host}/graphql`,
  keepAlive: 10_000,
  retryAttempts: Infinity,
  retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** retries, 8_000))),
  shouldRetry: () => true,
  on: {
    connected: () => setConnection("live"),
    closed: (event) => setConnection(INTENDED_CLOSE_CODES.includes((event as CloseEvent).code) ? "closed" : "lost"),
  },
});

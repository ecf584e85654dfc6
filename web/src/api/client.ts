import { cacheExchange, Client, fetchExchange, subscriptionExchange } from "urql";
import { headers } from "./headers";
import { idempotencyExchange } from "./idempotency";
import { renewalExchange } from "./renewal";
import { sessionExchange } from "./sessionEnd";
import { socket } from "./socket";

/**
 * Speaks to the API: everything over HTTP, subscriptions over a WebSocket.
 *
 * The cache keeps whole answers, not objects: previews of license files carry IDs that name nothing, and what is on the
 * screen is asked for again whenever something has changed (`renewal.ts`).
 */
export const client = new Client({
  url: "/graphql",
  preferGetMethod: false,
  requestPolicy: "cache-and-network",
  fetchOptions: () => ({ headers: headers() }),
  exchanges: [
    renewalExchange,
    idempotencyExchange,
    sessionExchange,
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query ?? "", variables }, sink) }),
      }),
    }),
  ],
});

import { cacheExchange, Client, fetchExchange, subscriptionExchange } from "urql";
import { headers } from "./headers";
import { idempotencyExchange } from "./idempotency";
import { refetchExchange } from "./refetch";
import { sessionExchange } from "./session";
import { socket } from "./socket";

/**
 * The GraphQL client: queries and mutations over HTTP, subscriptions over a WebSocket.
 *
 * The document cache is used instead of a normalized one: previews of license files carry IDs that no node has, and all
 * active queries are fetched again after each change (`refetch.ts`).
 */
export const client = new Client({
  url: "/graphql",
  preferGetMethod: false,
  requestPolicy: "cache-and-network",
  fetchOptions: () => ({ headers: headers() }),
  exchanges: [
    refetchExchange,
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

import { createClient } from "graphql-ws";
import { pause } from "./events.mjs";

export function connect(url, options) {
  const client = createClient({
    url,
    retryAttempts: Infinity,
    retryWait: pause,
    shouldRetry: () => true,
    ...options,
  });
  return {
    ...client,
    subscribe(payload, sink) {
      const variables = { ...payload.variables };
      const next = (result) => {
        variables.after = result.data?.auditEvents.cursor ?? variables.after;
        sink.next(result);
      };
      return client.subscribe({ ...payload, variables }, { ...sink, next });
    },
  };
}

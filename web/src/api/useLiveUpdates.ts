import { useEffect } from "react";
import { useClient } from "urql";
import { graphql } from "../gql";
import { renewSoon } from "./renewal";

const Events = graphql(`
  subscription Events {
    auditEvents {
      cursor
    }
  }
`);

/** Renews what is on the screen whenever something has been changed, by whomever. */
export function useLiveUpdates({ pause }: { pause: boolean }) {
  const client = useClient();
  useEffect(() => {
    if (pause) return;
    return client.subscription(Events, {}).subscribe(({ data }) => data && renewSoon()).unsubscribe;
  }, [client, pause]);
}

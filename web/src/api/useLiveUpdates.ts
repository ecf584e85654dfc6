import { useEffect } from "react";
import { useSubscription } from "urql";
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
  const [{ data }] = useSubscription({ query: Events, pause });
  useEffect(() => {
    if (data) renewSoon();
  }, [data]);
}

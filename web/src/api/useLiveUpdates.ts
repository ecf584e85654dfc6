import { useEffect } from "react";
import { useSubscription } from "urql";
import { graphql } from "../gql";
import { renew } from "./renewal";

const Events = graphql(`
  subscription Events {
    auditEvents {
      cursor
    }
  }
`);

/** A thousand changes in one go are a thousand events: ask once, a moment after. */
const MOMENT = 150;

/** Renews what is on the screen whenever something has been changed, by whomever. */
export function useLiveUpdates({ pause }: { pause: boolean }) {
  const [{ data }] = useSubscription({ query: Events, pause });
  useEffect(() => {
    if (!data) return;
    const timer = setTimeout(renew, MOMENT);
    return () => clearTimeout(timer);
  }, [data]);
}

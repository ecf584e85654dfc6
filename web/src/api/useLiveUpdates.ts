import { useEffect } from "react";
import { useClient } from "urql";
import { graphql } from "../gql";
import { scheduleRefetch } from "./refetch";

const Events = graphql(`
  subscription Events {
    auditEvents {
      cursor
    }
  }
`);

/** Fetch the active queries again whenever an audit event arrives, whoever caused it. */
export function useLiveUpdates({ pause }: { pause: boolean }) {
  const client = useClient();
  useEffect(() => {
    if (pause) return;
    return client.subscription(Events, {}).subscribe(({ data }) => data && scheduleRefetch()).unsubscribe;
  }, [client, pause]);
}

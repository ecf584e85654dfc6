import { useState } from "react";
import { useClient } from "urql";
import { graphql, readFragment } from "../../gql";
import type { HolderFragment } from "../../gql/graphql";
import { HolderFields } from "../../holders/holder";
import { useTranslations } from "../../i18n/TranslationsProvider";

const Suggestions = graphql(`
  query Suggestions($requirement: ID!, $first: Int!) {
    node(id: $requirement) {
      ... on SurplusRequirement {
        id
        suggestions(first: $first) {
          reason
          assignment {
            ...Holder
          }
        }
      }
    }
  }
`);

/** Limit of users per `revokeUserLicenses` call. A larger surplus is removed in several steps. */
const MAX_USERS = 1000;

interface Props {
  requirementId: string;
  count: number;
  onSuggest: (holders: HolderFragment[]) => void;
}

/** A button that selects the holders whom the server suggests. */
export function SuggestButton({ requirementId, count, onSuggest }: Props) {
  const t = useTranslations();
  const client = useClient();
  const [status, setStatus] = useState("");

  const suggest = async () => {
    const first = Math.min(count, MAX_USERS);
    const { data } = await client.query(
      Suggestions,
      { requirement: requirementId, first },
      { requestPolicy: "network-only" },
    );
    if (!data) return setStatus(t.unreachable);
    const node = data.node && "suggestions" in data.node ? data.node : null;
    const holders = (node?.suggestions ?? []).map(({ assignment }) => readFragment(HolderFields, assignment));
    onSuggest(holders);
    setStatus(t.suggested(holders.length));
  };

  return (
    <>
      <button type="button" onClick={suggest} disabled={count <= 0} title={t.suggestHint}>
        {t.suggest}
      </button>
      <span role="status" className="muted">
        {status}
      </span>
    </>
  );
}

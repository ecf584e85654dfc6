import { useState } from "react";
import { useClient } from "urql";
import { graphql, readFragment } from "../../gql";
import type { HolderFragment } from "../../gql/graphql";
import { HolderFields } from "../../holders/holder";
import { useWords } from "../../words/WordsProvider";

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

/** As many as the license can be taken from at once; where more must lose it, they do so one thousand after the other. */
const MOST = 1000;

interface Props {
  requirementId: string;
  count: number;
  onSuggest: (holders: HolderFragment[]) => void;
}

/** Ticks those whom the server suggests: who will miss the license least. */
export function SuggestButton({ requirementId, count, onSuggest }: Props) {
  const words = useWords();
  const client = useClient();
  const [said, setSaid] = useState("");

  const suggest = async () => {
    const first = Math.min(count, MOST);
    const { data } = await client.query(
      Suggestions,
      { requirement: requirementId, first },
      { requestPolicy: "network-only" },
    );
    if (!data) return setSaid(words.unreachable);
    const node = data.node && "suggestions" in data.node ? data.node : null;
    const holders = (node?.suggestions ?? []).map(({ assignment }) => readFragment(HolderFields, assignment));
    onSuggest(holders);
    setSaid(words.suggested(holders.length));
  };

  return (
    <>
      <button type="button" onClick={suggest} disabled={count <= 0} title={words.suggestHint}>
        {words.suggest}
      </button>
      <span role="status" className="muted">
        {said}
      </span>
    </>
  );
}

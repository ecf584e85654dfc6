import { useState } from "react";
import { useMutation } from "urql";
import { problemsOf, type Problem } from "../api/userErrors";
import { graphql, readFragment, type FragmentType } from "../gql";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Problems } from "../parts/Problems";
import { useFormats, useWords } from "../words/WordsProvider";

const TokenRowFields = graphql(`
  fragment TokenRow on ApiToken {
    id
    name
    scopes
    vendor {
      name
    }
    expiresAt
    lastUsedAt
  }
`);

const RevokeApiToken = graphql(`
  mutation RevokeApiToken($input: RevokeApiTokenInput!) {
    revokeApiToken(input: $input) {
      apiToken {
        id
        revokedAt
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

/** A token, never its secret; it can be revoked, after a question. */
export function TokenRow({ token }: { token: FragmentType<typeof TokenRowFields> }) {
  const words = useWords();
  const formats = useFormats();
  const { id, name, scopes, vendor, expiresAt, lastUsedAt } = readFragment(TokenRowFields, token);
  const [{ fetching }, revokeApiToken] = useMutation(RevokeApiToken);
  const [isAsking, setAsking] = useState(false);
  const [problems, setProblems] = useState<Problem[]>([]);

  const revoke = async () => {
    setAsking(false);
    const outcome = await revokeApiToken({ input: { apiTokenId: id } });
    setProblems(problemsOf(outcome, outcome.data?.revokeApiToken?.userErrors, words.unreachable));
  };

  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{scopes.map((scope) => words.scopeNames[scope]).join(", ")}</td>
      <td className="wide-only">{vendor?.name ?? words.allVendors}</td>
      <td>{formats.date(expiresAt)}</td>
      <td className="wide-only">{lastUsedAt ? formats.date(lastUsedAt) : words.never}</td>
      <td>
        <button type="button" disabled={fetching} onClick={() => setAsking(true)}>
          {words.revoke}
        </button>
        <Problems problems={problems} />
        {isAsking && (
          <ConfirmDialog
            title={words.revokeTitle(name)}
            action={words.revoke}
            onConfirm={() => void revoke()}
            onCancel={() => setAsking(false)}
          >
            <p>{words.revokeQuestion}</p>
          </ConfirmDialog>
        )}
      </td>
    </tr>
  );
}

import { useState } from "react";
import { useAction } from "../api/useAction";
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
  const { act, isBusy, problems } = useAction();
  const [isAsking, setAsking] = useState(false);

  const revoke = () => {
    setAsking(false);
    void act(RevokeApiToken, { apiTokenId: id });
  };

  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{scopes.map((scope) => words.scopeNames[scope]).join(", ")}</td>
      <td className="wide-only">{vendor?.name ?? words.allVendors}</td>
      <td>{formats.date(expiresAt)}</td>
      <td className="wide-only">{lastUsedAt ? formats.date(lastUsedAt) : words.never}</td>
      <td>
        <button type="button" disabled={isBusy} onClick={() => setAsking(true)}>
          {words.revoke}
        </button>
        <Problems problems={problems} />
        {isAsking && (
          <ConfirmDialog
            title={words.revokeTitle(name)}
            action={words.revoke}
            onConfirm={revoke}
            onCancel={() => setAsking(false)}
          >
            <p>{words.revokeQuestion}</p>
          </ConfirmDialog>
        )}
      </td>
    </tr>
  );
}

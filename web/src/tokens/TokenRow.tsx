import { useState } from "react";
import { useApiMutation } from "../api/useApiMutation";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { Problems } from "../components/Problems";
import { graphql, readFragment, type FragmentType } from "../gql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";

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

/** An API token without its secret, with a button that revokes it after confirmation. */
export function TokenRow({ token }: { token: FragmentType<typeof TokenRowFields> }) {
  const t = useTranslations();
  const formats = useFormats();
  const { id, name, scopes, vendor, expiresAt, lastUsedAt } = readFragment(TokenRowFields, token);
  const { mutate, isBusy, problems } = useApiMutation();
  const [isConfirming, setConfirming] = useState(false);

  const revoke = () => {
    setConfirming(false);
    void mutate(RevokeApiToken, { apiTokenId: id });
  };

  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{scopes.map((scope) => t.scopeNames[scope]).join(", ")}</td>
      <td className="wide-only">{vendor?.name ?? t.allVendors}</td>
      <td>{formats.date(expiresAt)}</td>
      <td className="wide-only">{lastUsedAt ? formats.date(lastUsedAt) : t.never}</td>
      <td>
        <button type="button" disabled={isBusy} onClick={() => setConfirming(true)}>
          {t.revoke}
        </button>
        <Problems problems={problems} />
        {isConfirming && (
          <ConfirmDialog
            title={t.revokeTitle(name)}
            action={t.revoke}
            onConfirm={revoke}
            onCancel={() => setConfirming(false)}
          >
            <p>{t.revokeQuestion}</p>
          </ConfirmDialog>
        )}
      </td>
    </tr>
  );
}

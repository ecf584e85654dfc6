import { useQuery } from "urql";
import { ResourceListScreen } from "../components/ResourceListScreen";
import { graphql } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { CreateTokenDialog } from "./CreateTokenDialog";
import { TokenRow } from "./TokenRow";

const ApiTokens = graphql(`
  query ApiTokens {
    apiTokens {
      id
      ...TokenRow
    }
  }
`);

/** The API tokens of the installation. */
export function TokensScreen() {
  const t = useTranslations();
  // An empty list contains no `__typename`, so that the document cache could not invalidate it.
  const [result, refetch] = useQuery({ query: ApiTokens, context: WITH_TOKENS });
  return (
    <ResourceListScreen
      title={t.apiTokens}
      description={t.tokensHelp}
      emptyText={t.noTokens}
      createLabel={t.newToken}
      createDialog={CreateTokenDialog}
      result={result}
      retry={refetch}
      columns={
        <>
          <th scope="col">{t.name}</th>
          <th scope="col">{t.scopes}</th>
          <th scope="col" className="wide-only">
            {t.vendor}
          </th>
          <th scope="col">{t.expires}</th>
          <th scope="col" className="wide-only">
            {t.lastUsed}
          </th>
        </>
      }
    >
      {({ apiTokens }) => apiTokens?.map((token) => <TokenRow key={token.id} token={token} />)}
    </ResourceListScreen>
  );
}

const WITH_TOKENS = { additionalTypenames: ["ApiToken"] };

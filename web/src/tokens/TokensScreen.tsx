import { useQuery } from "urql";
import { graphql } from "../gql";
import { MadeScreen } from "../parts/MadeScreen";
import { useWords } from "../words/WordsProvider";
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

/** What lets other programs in. */
export function TokensScreen() {
  const words = useWords();
  // An answer without tokens names no type, so the cache must be told what would change it.
  const [answer, ask] = useQuery({ query: ApiTokens, context: WITH_TOKENS });
  return (
    <MadeScreen
      title={words.apiTokens}
      help={words.tokensHelp}
      none={words.noTokens}
      make={words.newToken}
      dialog={CreateTokenDialog}
      answer={answer}
      retry={ask}
      heads={
        <>
          <th scope="col">{words.name}</th>
          <th scope="col">{words.scopes}</th>
          <th scope="col" className="wide-only">
            {words.vendor}
          </th>
          <th scope="col">{words.expires}</th>
          <th scope="col" className="wide-only">
            {words.lastUsed}
          </th>
        </>
      }
    >
      {({ apiTokens }) => apiTokens?.map((token) => <TokenRow key={token.id} token={token} />)}
    </MadeScreen>
  );
}

const WITH_TOKENS = { additionalTypenames: ["ApiToken"] };

import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { Loaded } from "../parts/Loaded";
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
  const [isCreating, setCreating] = useState(false);
  return (
    <>
      <title>{words.apiTokens}</title>
      <h1>{words.apiTokens}</h1>
      <section className="card">
        <div className="bar between">
          <p className="muted">{words.tokensHelp}</p>
          <button type="button" className="primary" onClick={() => setCreating(true)}>
            {words.newToken}
          </button>
        </div>
        <Loaded answer={answer} retry={ask}>
          {({ apiTokens }) =>
            apiTokens && apiTokens.length > 0 ? (
              <div className="scroll">
                <table>
                  <caption>{words.apiTokens}</caption>
                  <thead>
                    <tr>
                      <th scope="col">{words.name}</th>
                      <th scope="col">{words.scopes}</th>
                      <th scope="col" className="wide-only">
                        {words.vendor}
                      </th>
                      <th scope="col">{words.expires}</th>
                      <th scope="col" className="wide-only">
                        {words.lastUsed}
                      </th>
                      <th scope="col">
                        <span className="unseen">{words.action}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {apiTokens.map((token) => (
                      <TokenRow key={token.id} token={token} />
                    ))}
                  </tbody>
                </table>
              </div>
            ) : (
              <p>{words.noTokens}</p>
            )
          }
        </Loaded>
      </section>
      {isCreating && <CreateTokenDialog onClose={() => setCreating(false)} />}
    </>
  );
}

const WITH_TOKENS = { additionalTypenames: ["ApiToken"] };

import { useQuery } from "urql";
import { useLiveUpdates } from "../api/useLiveUpdates";
import { AuditScreen } from "../audit/AuditScreen";
import { graphql } from "../gql";
import { LicensesScreen } from "../licenses/LicensesScreen";
import { useMay, useSession } from "../session/viewer";
import { TokensScreen } from "../tokens/TokensScreen";
import { UsersScreen } from "../users/UsersScreen";
import { WebhooksScreen } from "../webhooks/WebhooksScreen";
import { useWords } from "../words/WordsProvider";
import { ConnectionNotice } from "./ConnectionNotice";
import { LanguageChoice } from "./LanguageChoice";
import { Link } from "./Link";
import { Mark } from "./Mark";
import { NoSuchPage } from "./NoSuchPage";
import { usePlace } from "./location";

const WhoseInstallation = graphql(`
  query WhoseInstallation {
    installation {
      licenseOwner
      serialNumber
    }
  }
`);

/** What surrounds every screen: whose installation this is, where one can go, and who is signed in. */
export function Frame() {
  const words = useWords();
  const { path } = usePlace();
  const { viewer, signOut } = useSession();
  const [{ data }] = useQuery({ query: WhoseInstallation });
  const may = useMay();
  useLiveUpdates({ pause: !may("AUDIT_READ") });

  const screens = [
    { at: "/licenses", name: words.licenses, shown: may("LICENSES_READ") },
    { at: "/users", name: words.users, shown: may("USERS_READ") },
    { at: "/audit-log", name: words.auditLog, shown: may("AUDIT_READ") },
    { at: "/api-tokens", name: words.apiTokens, shown: may("TOKENS_WRITE") },
    { at: "/webhooks", name: words.webhooks, shown: may("WEBHOOKS_WRITE") },
  ].filter(({ shown }) => shown);

  return (
    <>
      <a className="skip" href="#content">
        {words.skipToContent}
      </a>
      <header className="frame">
        <Mark />
        <nav aria-label={words.screens}>
          {screens.map(({ at, name }) => (
            <Link key={at} href={at} aria-current={isBelow(path, at) ? "page" : undefined}>
              {name}
            </Link>
          ))}
          <a href="/graphql">{EXPLORER}</a>
        </nav>
        <div className="who">
          <LanguageChoice />
          <span className="who-name">{viewer.actor.name}</span>
          <button type="button" className="quiet" onClick={signOut}>
            {words.signOut}
          </button>
        </div>
      </header>
      <ConnectionNotice />
      <main id="content" tabIndex={-1}>
        {data?.installation && (
          <p className="whose">
            {data.installation.licenseOwner} <span>{words.serial(data.installation.serialNumber)}</span>
          </p>
        )}
        <Screen path={path} />
      </main>
    </>
  );
}

const EXPLORER = "GraphiQL";

function Screen({ path }: { path: string }) {
  if (path === "/" || isBelow(path, "/licenses")) return <LicensesScreen />;
  if (isBelow(path, "/users")) return <UsersScreen />;
  if (path === "/audit-log") return <AuditScreen />;
  if (path === "/api-tokens") return <TokensScreen />;
  if (path === "/webhooks") return <WebhooksScreen />;
  return <NoSuchPage />;
}

function isBelow(path: string, screen: string) {
  return path === screen || path.startsWith(`${screen}/`) || (path === "/" && screen === "/licenses");
}

import { useQuery } from "urql";
import { useLiveUpdates } from "../api/useLiveUpdates";
import { AuditScreen } from "../audit/AuditScreen";
import { graphql } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { LicensesScreen } from "../licenses/LicensesScreen";
import { usePermission, useSession } from "../session/viewer";
import { TokensScreen } from "../tokens/TokensScreen";
import { UsersScreen } from "../users/UsersScreen";
import { WebhooksScreen } from "../webhooks/WebhooksScreen";
import { ConnectionNotice } from "./ConnectionNotice";
import { LanguageSelect } from "./LanguageSelect";
import { Link } from "./Link";
import { Logo } from "./Logo";
import { NotFound } from "./NotFound";
import { useRoute } from "./router";

const WhoseInstallation = graphql(`
  query WhoseInstallation {
    installation {
      licenseOwner
      serialNumber
    }
  }
`);

/** The layout of every screen: main menu, language, signed-in user, and installation. */
export function AppLayout() {
  const t = useTranslations();
  const { path } = useRoute();
  const { viewer, signOut } = useSession();
  const [{ data }] = useQuery({ query: WhoseInstallation });
  const hasPermission = usePermission();
  useLiveUpdates({ pause: !hasPermission("AUDIT_READ") });

  const screens = [
    { href: "/licenses", name: t.licenses, isVisible: hasPermission("LICENSES_READ") },
    { href: "/users", name: t.users, isVisible: hasPermission("USERS_READ") },
    { href: "/audit-log", name: t.auditLog, isVisible: hasPermission("AUDIT_READ") },
    { href: "/api-tokens", name: t.apiTokens, isVisible: hasPermission("TOKENS_WRITE") },
    { href: "/webhooks", name: t.webhooks, isVisible: hasPermission("WEBHOOKS_WRITE") },
  ].filter(({ isVisible }) => isVisible);

  return (
    <>
      <a className="skip-link" href="#content">
        {t.skipToContent}
      </a>
      <header className="app-header">
        <Logo />
        <nav aria-label={t.mainMenu}>
          {screens.map(({ href, name }) => (
            <Link key={href} href={href} aria-current={isWithin(path, href) ? "page" : undefined}>
              {name}
            </Link>
          ))}
          <a href="/graphql">{GRAPHIQL}</a>
        </nav>
        <div className="account">
          <LanguageSelect />
          <span className="account-name">{viewer.actor.name}</span>
          <button type="button" className="quiet" onClick={signOut}>
            {t.signOut}
          </button>
        </div>
      </header>
      <ConnectionNotice />
      <main id="content" tabIndex={-1}>
        {data?.installation && (
          <p className="installation">
            {data.installation.licenseOwner} <span>{t.serial(data.installation.serialNumber)}</span>
          </p>
        )}
        <Screen path={path} />
      </main>
    </>
  );
}

const GRAPHIQL = "GraphiQL";

function Screen({ path }: { path: string }) {
  if (path === "/" || isWithin(path, "/licenses")) return <LicensesScreen />;
  if (isWithin(path, "/users")) return <UsersScreen />;
  if (path === "/audit-log") return <AuditScreen />;
  if (path === "/api-tokens") return <TokensScreen />;
  if (path === "/webhooks") return <WebhooksScreen />;
  return <NotFound />;
}

function isWithin(path: string, screen: string) {
  return path === screen || path.startsWith(`${screen}/`) || (path === "/" && screen === "/licenses");
}

import { useTranslations } from "../i18n/TranslationsProvider";
import { Link } from "../layout/Link";
import { useRoute } from "../layout/router";
import { LicenseHoldersTab } from "./LicenseHoldersTab";
import { UserList } from "./UserList";

const EMPLOYEES_PATH = "/users";
const OTHER_USERS_PATH = "/users/other";
const LICENSES_PATH = "/users/licenses";

/** The Users screen: employees, other users, and the holders of each license. */
export function UsersScreen() {
  const t = useTranslations();
  const { path } = useRoute();
  const tabs = [
    { href: EMPLOYEES_PATH, name: t.employees },
    { href: OTHER_USERS_PATH, name: t.otherUsers },
    { href: LICENSES_PATH, name: t.userLicenses },
  ];
  return (
    <>
      <title>{t.users}</title>
      <h1>{t.users}</h1>
      <nav className="tabs" aria-label={t.users}>
        {tabs.map(({ href, name }) => (
          <Link key={href} href={href} aria-current={path === href ? "page" : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      {path === LICENSES_PATH ? (
        <LicenseHoldersTab />
      ) : (
        <UserList key={path} category={path === OTHER_USERS_PATH ? "OTHER" : "EMPLOYEE"} />
      )}
    </>
  );
}

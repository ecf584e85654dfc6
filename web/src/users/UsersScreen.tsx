import { Link } from "../frame/Link";
import { usePlace } from "../frame/location";
import { useWords } from "../words/WordsProvider";
import { LicenseHolders } from "./LicenseHolders";
import { UserList } from "./UserList";

const EMPLOYEES = "/users";
const OTHERS = "/users/other";
const LICENSES = "/users/licenses";

/** Who uses which license: employees, other users, and each license's holders. */
export function UsersScreen() {
  const words = useWords();
  const { path } = usePlace();
  const tabs = [
    { at: EMPLOYEES, name: words.employees },
    { at: OTHERS, name: words.otherUsers },
    { at: LICENSES, name: words.userLicenses },
  ];
  return (
    <>
      <title>{words.users}</title>
      <h1>{words.users}</h1>
      <nav className="tabs" aria-label={words.users}>
        {tabs.map(({ at, name }) => (
          <Link key={at} href={at} aria-current={path === at ? "page" : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      {path === LICENSES ? <LicenseHolders /> : <UserList key={path} category={path === OTHERS ? "OTHER" : "EMPLOYEE"} />}
    </>
  );
}

import type { UserStatus } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";

interface Props {
  user: { status: UserStatus; canLogIn: boolean };
}

/** Labels of a user who is not active or cannot sign in. */
export function UserStatusChips({ user }: Props) {
  const t = useTranslations();
  return (
    <>
      {user.status !== "ACTIVE" && <span className="chip">{t.userStatuses[user.status]}</span>}
      {user.status === "ACTIVE" && !user.canLogIn && <span className="chip warn">{t.cannotSignIn}</span>}
    </>
  );
}

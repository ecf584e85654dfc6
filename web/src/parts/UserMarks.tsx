import type { UserStatus } from "../gql/graphql";
import { useWords } from "../words/WordsProvider";

interface Props {
  user: { status: UserStatus; canLogIn: boolean };
}

/** What is out of the ordinary about a user. */
export function UserMarks({ user }: Props) {
  const words = useWords();
  return (
    <>
      {user.status !== "ACTIVE" && <span className="chip">{words.userStatuses[user.status]}</span>}
      {user.status === "ACTIVE" && !user.canLogIn && <span className="chip warn">{words.cannotLogIn}</span>}
    </>
  );
}

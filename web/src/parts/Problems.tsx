import type { Problem } from "../api/userErrors";

/** What went wrong, read out as it appears. */
export function Problems({ problems }: { problems: Problem[] }) {
  return (
    <div role="alert" className="problems">
      {problems.map(({ message }) => (
        <p key={message} className="notice bad">
          {message}
        </p>
      ))}
    </div>
  );
}

/** Those about one field, to be shown beside it. */
export function about(problems: Problem[], field: string) {
  return problems.filter((problem) => problem.field === field);
}

/** Those about none of the fields that show their own. */
export function aboutNoneOf(problems: Problem[], fields: string[]) {
  return problems.filter(({ field }) => !field || !fields.includes(field));
}

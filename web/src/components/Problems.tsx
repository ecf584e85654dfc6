import type { Problem } from "../api/userErrors";

/** The messages of problems, announced by screen readers when they appear. */
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

/** Return the problems of one field. */
export function problemsForField(problems: Problem[], field: string) {
  return problems.filter((problem) => problem.field === field);
}

/** Return the problems that concern none of the fields. */
export function otherProblems(problems: Problem[], fields: string[]) {
  return problems.filter(({ field }) => !field || !fields.includes(field));
}

import { cloneElement, useId, type ReactElement, type ReactNode } from "react";
import type { Problem } from "../api/userErrors";

interface Props {
  label: ReactNode;
  hint?: string;
  /** What the API said of this field. */
  problems?: Problem[];
  children: ReactElement<{ id?: string; "aria-describedby"?: string; "aria-invalid"?: boolean }>;
}

/** A labelled input, with what is wrong with it below. */
export function Field({ label, hint, problems = [], children }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, problems.length && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {cloneElement(children, {
        id,
        "aria-describedby": described || undefined,
        "aria-invalid": problems.length > 0 || undefined,
      })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problems.length > 0 && (
        <p className="problem" id={`${id}-problem`} role="alert">
          {problems.map(({ message }) => message).join(" ")}
        </p>
      )}
    </div>
  );
}

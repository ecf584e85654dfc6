import { cloneElement, useId, type ReactElement, type ReactNode } from "react";
import type { Problem } from "../api/userErrors";

interface Props {
  label: ReactNode;
  hint?: string;
  /** Problems that the API reported for this field. */
  problems?: Problem[];
  children: ReactElement<{ id?: string; "aria-describedby"?: string; "aria-invalid"?: boolean }>;
}

/** A labeled input with an optional hint and its problems below. */
export function Field({ label, hint, problems = [], children }: Props) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, problems.length && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {cloneElement(children, {
        id,
        "aria-describedby": describedBy || undefined,
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

import type { ReactNode } from "react";

interface Props {
  name: string;
  children: ReactNode;
}

/** One of the facts of a list: what it is, and how it stands. */
export function Fact({ name, children }: Props) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

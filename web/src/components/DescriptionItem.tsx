import type { ReactNode } from "react";

interface Props {
  name: string;
  children: ReactNode;
}

/** A term and its description in a `<dl>`. */
export function DescriptionItem({ name, children }: Props) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

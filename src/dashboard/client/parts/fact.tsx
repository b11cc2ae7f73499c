import type { ReactNode } from "react";

/** A name and its value, in a `dl` with the class `facts`. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

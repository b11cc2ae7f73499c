import { useSources } from "../api/queries.ts";
import { Choice } from "../filters.tsx";

/** Of which source. */
export function SourceChoice(props: { value: string; onChange: (value: string) => void }) {
  const names = useSources().data?.data.map(({ id }) => id) ?? [];
  return (
    <Choice
      label="Source"
      options={[["", "All sources"], ...names.map((name) => [name, name] as const)]}
      {...props}
    />
  );
}

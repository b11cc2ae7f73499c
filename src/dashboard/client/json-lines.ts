/** A payload as lines of text: without recursion, so that no nesting is too deep, and never more than asked for. */

export interface Line {
  /** JSON Pointer (RFC 6901) of the value. */
  readonly pointer: string;
  readonly depth: number;
  /** Name or place in the parent; `null` at the top. */
  readonly name: string | null;
  readonly value: unknown;
  /** How many values it holds; `null` for a leaf. */
  readonly size: number | null;
  readonly open: boolean;
}

/** Values are unfolded down to here at first. */
const OPEN_DEPTH = 3;
/** Larger ones are folded at first. */
const OPEN_SIZE_MAX = 60;

/** Whether a value is unfolded unless the reader has said otherwise. */
export function opensAtFirst(depth: number, size: number): boolean {
  return depth < OPEN_DEPTH && size <= OPEN_SIZE_MAX;
}

type Pending = Pick<Line, "pointer" | "depth" | "name" | "value">;

/** The lines in view, at most `max`; `folds`: what the reader has opened (true) or closed (false). */
export function linesOf(
  root: unknown,
  folds: ReadonlyMap<string, boolean>,
  max: number,
): { readonly lines: readonly Line[]; readonly cut: boolean } {
  const lines: Line[] = [];
  const stack: Pending[] = [{ pointer: "", depth: 0, name: null, value: root }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (lines.length >= max) return { lines, cut: true };
    const size = sizeOf(next.value);
    const open =
      size !== null && size > 0 && (folds.get(next.pointer) ?? opensAtFirst(next.depth, size));
    lines.push({ ...next, size, open });
    if (open) stack.push(...childrenOf(next, max).reverse());
  }
  return { lines, cut: false };
}

/** Names and values that hold `text`, in no case; every fold above a find must open. */
export function find(
  root: unknown,
  text: string,
  findsMax: number,
): { readonly finds: readonly string[]; readonly above: ReadonlySet<string> } {
  const wanted = text.toLowerCase();
  const finds: string[] = [];
  const above = new Set<string>();
  const stack: Pending[] = [{ pointer: "", depth: 0, name: null, value: root }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { name, value, pointer } = next;
    const leaf = sizeOf(value) === null ? String(value) : "";
    if (`${name ?? ""}\n${leaf}`.toLowerCase().includes(wanted)) {
      finds.push(pointer);
      for (let up = parentOf(pointer); up !== null; up = parentOf(up)) above.add(up);
      if (finds.length >= findsMax) break;
    }
    stack.push(...childrenOf(next, CHILDREN_MAX).reverse());
  }
  return { finds, above };
}

/** Of one value so many are looked at; the raw bytes have the rest. */
const CHILDREN_MAX = 10_000;

function parentOf(pointer: string): string | null {
  return pointer === "" ? null : pointer.slice(0, pointer.lastIndexOf("/"));
}

function sizeOf(value: unknown): number | null {
  if (Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : null;
}

function childrenOf({ pointer, depth, value }: Pending, max: number): Pending[] {
  if (typeof value !== "object" || value === null) return [];
  // Own entries only: a name such as `__proto__` is a name like any other.
  return Object.entries(value)
    .slice(0, max)
    .map(([name, own]) => ({
      pointer: `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      depth: depth + 1,
      name,
      value: own,
    }));
}

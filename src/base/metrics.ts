/** Names → values. Of one family always the same names, in the same order. */
export type Labels = Readonly<Record<string, string>>;

/** One line of a family. `suffix`: of a histogram, `_bucket`, `_sum` or `_count`. */
export interface Sample {
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

/** What has one name, one meaning and one unit. */
export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  samples(): readonly Sample[];
}

/** Label sets that one counter keeps apart; what comes after them is counted as `other`, so that nothing grows without bound. */
export const LABEL_SETS_MAX = 500;
const OTHER = "other";

/** A counter by labels. Its values only grow, and begin at nothing with the process. */
export class Counter implements Family {
  readonly type = "counter";
  readonly name: string;
  readonly help: string;
  readonly #labels: readonly string[];
  readonly #values = new Map<string, { readonly own: readonly string[]; count: number }>();

  constructor(name: string, help: string, labels: readonly string[] = []) {
    this.name = name;
    this.help = help;
    this.#labels = labels;
  }

  /** `own`: a value for each label, in order. */
  add(own: readonly string[] = [], by = 1): void {
    const key = own.length === 1 ? (own[0] ?? "") : own.join("\n");
    const known = this.#values.get(key);
    if (known !== undefined) known.count += by;
    else if (this.#values.size < LABEL_SETS_MAX) this.#values.set(key, { own, count: by });
    else this.#other(by);
  }

  samples(): readonly Sample[] {
    const values = [...this.#values.values()];
    // A counter without labels is there from the beginning: a rate needs a first value.
    if (values.length === 0 && this.#labels.length === 0) return [{ value: 0 }];
    return values.map(({ own, count }) => ({ labels: this.#named(own), value: count }));
  }

  #other(by: number): void {
    const own = this.#labels.map(() => OTHER);
    const key = own.join("\n");
    const known = this.#values.get(key);
    if (known === undefined) this.#values.set(key, { own, count: by });
    else known.count += by;
  }

  #named(own: readonly string[]): Labels {
    return Object.fromEntries(this.#labels.map((label, place) => [label, own[place] ?? ""]));
  }
}

/** How observations are spread over fixed bounds. Nothing is kept of any one of them. */
export class Histogram implements Family {
  readonly type = "histogram";
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  /** `bounds`: upper ones, rising, both in the unit that the name ends in. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count++;
    for (let place = 0; place < this.#bounds.length; place++) {
      if (value > (this.#bounds[place] ?? 0)) continue;
      this.#counts[place] = (this.#counts[place] ?? 0) + 1;
      return;
    }
  }

  samples(): readonly Sample[] {
    let below = 0;
    const buckets = this.#bounds.map((bound, place) => {
      below += this.#counts[place] ?? 0;
      return { suffix: "_bucket", labels: { le: String(bound) }, value: below };
    });
    const all = { suffix: "_bucket", labels: { le: "+Inf" }, value: this.#count };
    const sum = { suffix: "_sum", value: this.#sum };
    return [...buckets, all, sum, { suffix: "_count", value: this.#count }];
  }
}

/** Values that are read when they are asked for. */
export function reading(
  type: "gauge" | "counter",
  name: string,
  help: string,
  samples: () => number | readonly Sample[],
): Family {
  const read = (): readonly Sample[] => {
    const found = samples();
    return typeof found === "number" ? [{ value: found }] : found;
  };
  return { name, type, help, samples: read };
}

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * The families as Prometheus reads them, text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/, read 2026-11-22).
 */
export function exposition(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const { name, type, help, samples } of families.map(read)) {
    lines.push(`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`);
    for (const { suffix = "", labels, value } of samples)
      lines.push(`${name}${suffix}${written(labels)} ${numeral(value)}`);
  }
  return `${lines.join("\n")}\n`;
}

const read = (family: Family) => ({
  name: family.name,
  type: family.type,
  help: family.help,
  samples: family.samples(),
});

function written(labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");

function numeral(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

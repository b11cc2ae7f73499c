import { followTokens, pointerTokens } from "./pointer.ts";
import { err, ok, type Result } from "./result.ts";

/** Whether a payload is wanted. `undefined` (it could not be parsed) never is. */
export type PayloadFilter = (payload: unknown) => boolean;

/** What is wrong with a filter, and where: the keys that lead there. */
export interface FilterFault {
  readonly path: readonly string[];
  readonly detail: string;
}

export const FILTER_DEPTH_MAX = 12;
export const FILTER_NODES_MAX = 500;
/** Comparisons for one payload: a filter over a long array is cut there, and does not match. */
const STEPS_MAX = 1_000_000;

/** Counts down while one payload is looked at. */
interface Budget {
  steps: number;
}

type Test = (value: unknown, budget: Budget) => boolean;
type Scalar = string | number | boolean | null;

/**
 * Compiles a filter in the shape that subscribers know from others: an object that mirrors the payload.
 *
 * - A field is a name, a dotted path (`"customer.country"`) or a JSON Pointer (`"/customer/country"`).
 * - A plain value is compared as it is; against an array, one element must be equal.
 * - An object of fields must match as a whole; against an array, one element must.
 * - An array asks that each of its members is found in the payload's array.
 * - Operators: `$eq` `$neq` `$in` `$nin` `$gt` `$gte` `$lt` `$lte` `$exist` `$startsWith` `$endsWith` `$contains`,
 *   and, around whole filters, `$or` `$and` `$not`. Greater and less compare numbers with numbers and text with text.
 *
 * There are no regular expressions: none can be made slow. Only own properties are looked at. A filter has at most
 * 500 parts, 12 deep.
 */
export function compilePayloadFilter(filter: unknown): Result<PayloadFilter, FilterFault> {
  const compiling = new Compiling();
  const test = isObject(filter)
    ? compiling.object(filter, [])
    : compiling.fail([], "A filter is an object that mirrors the payload.");
  if (compiling.fault !== null) return err(compiling.fault);
  return ok((payload) => payload !== undefined && test(payload, { steps: STEPS_MAX }));
}

const NEVER: Test = () => false;

class Compiling {
  fault: FilterFault | null = null;
  #nodes = 0;

  fail(path: readonly string[], detail: string): Test {
    this.fault ??= { path, detail };
    return NEVER;
  }

  node(node: unknown, path: readonly string[]): Test {
    if (++this.#nodes > FILTER_NODES_MAX)
      return this.fail(path, `The filter has more than ${FILTER_NODES_MAX} parts.`);
    if (path.length > FILTER_DEPTH_MAX)
      return this.fail(path, `The filter is more than ${FILTER_DEPTH_MAX} levels deep.`);
    if (Array.isArray(node)) return this.#array(node, path);
    if (isObject(node)) return this.object(node, path);
    if (!isScalar(node))
      return this.fail(path, "Only text, numbers, true, false and null compare.");
    return any((value) => value === node);
  }

  #array(nodes: readonly unknown[], path: readonly string[]): Test {
    const tests = nodes.map((node, place) => this.node(node, [...path, String(place)]));
    return (value, budget) =>
      Array.isArray(value) &&
      tests.every((test) => value.some((element) => spend(budget) && test(element, budget)));
  }

  object(node: Readonly<Record<string, unknown>>, path: readonly string[]): Test {
    const [operators, fields]: [Test[], Test[]] = [[], []];
    for (const [key, inner] of Object.entries(node)) {
      if (key.startsWith("$")) operators.push(this.#operator(key, inner, [...path, key]));
      else fields.push(this.#field(key, inner, [...path, key]));
    }
    const mirrors = all(fields);
    const inFields: Test =
      fields.length === 0
        ? () => true
        : (value, budget) =>
            Array.isArray(value)
              ? value.some((element) => spend(budget) && mirrors(element, budget))
              : mirrors(value, budget);
    return all([...operators, inFields]);
  }

  #field(key: string, node: unknown, path: readonly string[]): Test {
    const tokens = key.startsWith("/") ? pointerTokens(key) : key.split(".");
    if (tokens === undefined || tokens.some((token) => token === ""))
      return this.fail(path, "A field is a name, a dotted path or a JSON Pointer.");
    const test = this.node(node, path);
    return (value, budget) => spend(budget) && test(followTokens(value, tokens), budget);
  }

  #operator(name: string, operand: unknown, path: readonly string[]): Test {
    if (name === "$or" || name === "$and") return this.#several(name, operand, path);
    if (name === "$not") {
      const test = this.node(operand, path);
      return (value, budget) => !test(value, budget) && spend(budget);
    }
    const make = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
    if (make === undefined)
      return this.fail(path, `${name} is no operator; there are ${OPERATOR_NAMES.join(", ")}.`);
    const test = make.test(operand);
    return test ?? this.fail(path, `${name} takes ${make.takes}.`);
  }

  #several(name: "$or" | "$and", operand: unknown, path: readonly string[]): Test {
    if (!Array.isArray(operand) || operand.length === 0)
      return this.fail(path, `${name} takes a list of filters.`);
    const tests = operand.map((node, place) => this.node(node, [...path, String(place)]));
    if (name === "$and") return all(tests);
    return (value, budget) => tests.some((test) => test(value, budget));
  }
}

interface Operator {
  readonly takes: string;
  /** `null` for an operand that it does not take. */
  test(operand: unknown): Test | null;
}

const scalar = (make: (operand: Scalar) => Test): Operator => ({
  takes: "text, a number, true, false or null",
  test: (operand) => (isScalar(operand) ? make(operand) : null),
});

const scalars = (make: (operands: ReadonlySet<unknown>) => Test): Operator => ({
  takes: "a list of values",
  test: (operand) =>
    Array.isArray(operand) && operand.every(isScalar) ? make(new Set(operand)) : null,
});

const texts = (holds: (value: string, part: string) => boolean): Operator => ({
  takes: "text, or a list of texts",
  test: (operand) => {
    const parts = Array.isArray(operand) ? operand : [operand];
    if (parts.length === 0 || !parts.every((part) => typeof part === "string")) return null;
    // Each part is a comparison too: a long list over a long array stops like everything else.
    return any(
      (value, budget) =>
        typeof value === "string" && parts.some((part) => spend(budget) && holds(value, part)),
    );
  },
});

const compared = (holds: (order: number) => boolean): Operator => ({
  takes: "a number or text",
  test: (operand) => {
    if (typeof operand !== "number" && typeof operand !== "string") return null;
    return any((value) => {
      if (typeof value === "number" && typeof operand === "number") return holds(value - operand);
      if (typeof value !== "string" || typeof operand !== "string") return false;
      return holds(value < operand ? -1 : value > operand ? 1 : 0);
    });
  },
});

const OPERATORS: Readonly<Record<string, Operator>> = {
  $eq: scalar((operand) => any((value) => value === operand)),
  $neq: scalar((operand) => none((value) => value === operand)),
  $in: scalars((operands) => any((value) => operands.has(value))),
  $nin: scalars((operands) => none((value) => operands.has(value))),
  $gt: compared((order) => order > 0),
  $gte: compared((order) => order >= 0),
  $lt: compared((order) => order < 0),
  $lte: compared((order) => order <= 0),
  $exist: {
    takes: "true or false",
    test: (operand) =>
      typeof operand === "boolean" ? (value) => (value !== undefined) === operand : null,
  },
  $startsWith: texts((value, part) => value.startsWith(part)),
  $endsWith: texts((value, part) => value.endsWith(part)),
  $contains: {
    takes: "text, a number, true, false or null",
    test: (operand) =>
      isScalar(operand)
        ? any(
            (value) =>
              value === operand ||
              (typeof value === "string" && typeof operand === "string" && value.includes(operand)),
          )
        : null,
  },
};

const OPERATOR_NAMES = ["$or", "$and", "$not", ...Object.keys(OPERATORS)];

/** The value itself, or of an array one of its elements. */
function any(holds: Test): Test {
  return (value, budget) =>
    Array.isArray(value)
      ? value.some((element) => spend(budget) && holds(element, budget))
      : spend(budget) && holds(value, budget);
}

function none(holds: Test): Test {
  const some = any(holds);
  return (value, budget) => !some(value, budget) && budget.steps > 0;
}

const all =
  (tests: readonly Test[]): Test =>
  (value, budget) =>
    tests.every((test) => test(value, budget));

const spend = (budget: Budget): boolean => --budget.steps > 0;

const isScalar = (value: unknown): value is Scalar =>
  value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

import { basename } from "node:path";

/** One thing wrong with a configuration (or, as a warning, worth knowing). Plain JSON; never holds a secret. */
export interface Fault {
  /** `sources.crm.verify.header`, `sources.bank.secrets[0]`; empty when it is about the whole file. */
  readonly path: string;
  /** What is there, as a person would write it; `null` when nothing is. */
  readonly given: string | null;
  /** What may be there. */
  readonly allowed: string;
  /** The right writing that is nearest to what was given. */
  readonly nearest?: string;
  /** One sentence that says it without the rest. */
  readonly message: string;
  /** In the team's code, where that is known; line and column from 1, or 0 where only the file is. */
  readonly where?: { readonly file: string; readonly line: number; readonly column: number };
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;

/** `sources` + `crm` → `sources.crm`; keys that would be ambiguous are quoted, numbers are places in a list. */
export function pathOf(parent: string, key: string | number): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  if (!PLAIN_KEY.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent === "" ? key : `${parent}.${key}`;
}

/** Faults for people: each with its place, what is there, what may be, and the nearest right writing. */
export function formatFaults(faults: readonly Fault[], configPath?: string): string {
  const file = configPath === undefined ? "The configuration" : basename(configPath);
  const title = `${file} has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:`;
  return [title, ...faults.map(formatFault)].join("\n\n");
}

/** Like `formatFaults`, of what was accepted all the same. */
export function formatWarnings(warnings: readonly Fault[]): string {
  return warnings.map((warning) => `warning: ${place(warning)}${warning.message}`).join("\n");
}

function formatFault(fault: Fault): string {
  const lines = [`  ${place(fault)}${fault.message}`];
  if (fault.given !== null) lines.push(`    given:    ${indent(fault.given)}`);
  if (fault.allowed !== "") lines.push(`    allowed:  ${indent(fault.allowed)}`);
  if (fault.nearest !== undefined) lines.push(`    perhaps:  ${indent(fault.nearest)}`);
  return lines.join("\n");
}

function place(fault: Fault): string {
  const where = fault.where;
  const line = where !== undefined && where.line > 0 ? `:${where.line}:${where.column}` : "";
  const file = where === undefined ? "" : `${where.file}${line}: `;
  return fault.path === "" ? file : `${file}${fault.path}: `;
}

const indent = (text: string): string => text.replaceAll("\n", "\n              ");

/** What can stand at one place of a command line; a shell's script is a list of these in its own words. */
export interface Place {
  /** Commands before it, each led by a space: empty, ` events`, ` events list`. */
  readonly path: string;
  readonly commands: readonly (readonly [name: string, summary: string])[];
  readonly options: readonly CompletedOption[];
  /** Values of its first operand, where they are known. */
  readonly operands: readonly string[];
}

export interface CompletedOption {
  /** `--status`, and `-n` where there is one. */
  readonly names: readonly string[];
  readonly summary: string;
  /** `none`: takes no value. `any`: one that cannot be guessed. */
  readonly value: "none" | "any" | "file" | readonly string[];
}

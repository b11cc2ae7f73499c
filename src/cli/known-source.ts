import { nearest } from "../config/nearest.ts";
import { jsonOf, textIn } from "./api.ts";
import type { Call } from "./command.ts";
import { CliFailure } from "./exit.ts";

/**
 * After a list that is empty: says so when the source that was asked for is not configured. It is no failure: the
 * events of a source that was taken out of the configuration are kept.
 */
export async function hintAtSource({ out, client }: Call, source: unknown): Promise<void> {
  if (typeof source !== "string") return;
  const names = await namesOf(client);
  if (names === null || names.includes(source)) return;
  const near = nearest(source, names);
  const perhaps = near === undefined ? "" : ` Did you mean ${near}?`;
  out.note(
    `No source \`${source}\` is configured there; there are: ${names.join(", ") || "none"}.${perhaps}`,
  );
}

/** `null`: it cannot be told, which must not turn an empty list into a failure. */
async function namesOf(client: Call["client"]): Promise<readonly string[] | null> {
  try {
    const { rows } = await (await client()).page("/v1/sources", {});
    return rows.map((row) => textIn(jsonOf(row), "id") ?? "");
  } catch (failure) {
    if (failure instanceof CliFailure) return null;
    throw failure;
  }
}

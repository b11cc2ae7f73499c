import type { Millis } from "../base/clock.ts";
import { ok, type Result } from "../base/result.ts";
import type { Sample } from "./provider.ts";
import type { LateScheme } from "./schemes/scheme.ts";

/** What is asked of a sample. */
export interface SampleRequest {
  readonly type: string;
  readonly at: Millis;
  readonly id: string;
  /** Where it will be posted. */
  readonly url: string;
}

/** An unsigned JSON request. */
export function jsonSample(
  payload: unknown,
  headers: Readonly<Record<string, string>> = {},
): Sample {
  return {
    method: "POST",
    query: "",
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(JSON.stringify(payload)),
  };
}

/** The same with the scheme's headers; fails in a sentence where there is no key to sign with. */
export function signed(
  scheme: Pick<LateScheme, "sign">,
  request: SampleRequest,
  sample: Sample,
): Result<Sample, string> {
  const { id, at, url } = request;
  const proof = scheme.sign({ id, at, url, body: sample.body, headers: sample.headers });
  return proof.ok ? ok({ ...sample, headers: { ...sample.headers, ...proof.value } }) : proof;
}

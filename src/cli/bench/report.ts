import type { Output } from "../output.ts";
import { toned } from "../style.ts";
import type { Latencies } from "./latencies.ts";
import type { Tally } from "./load.ts";
import { BODY_BYTES } from "./requests.ts";
import type { Verdict } from "./verify.ts";

export interface Findings {
  /** On whose disk it was measured. */
  readonly folder: string;
  readonly clients: number;
  readonly seconds: number;
  readonly sync: Latencies;
  readonly tally: Tally;
  /** Connections that broke while the server was meant to run. */
  readonly broken: number;
  /** Over the whole life, with the warm-up; only with `--verify`. */
  readonly verified:
    | (Verdict & { readonly acknowledged: number; readonly restartMs: number })
    | null;
}

const count = (value: number): string => Math.round(value).toLocaleString("en-GB");
const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const round = (value: number): number => Math.round(value * 1_000) / 1_000;

export function perSecond({ tally, seconds }: Pick<Findings, "tally" | "seconds">): number {
  return tally.acknowledged / seconds;
}

/** Whether everything acknowledged was found, once. Without `--verify` there is nothing to doubt. */
export function isWhole({ verified }: Pick<Findings, "verified">): boolean {
  return (
    verified === null || (verified.missing === 0 && verified.twice === 0 && verified.strange === 0)
  );
}

export function report(findings: Findings, out: Output): void {
  if (out.json) out.object(asJson(findings));
  else asTable(findings, out);
}

function asTable(findings: Findings, out: Output): void {
  const { sync, tally, seconds, clients, verified } = findings;
  const rate = perSecond(findings);
  const alone = 1_000 / sync.percentile(0.5);
  const refused = [...tally.statuses]
    .filter(([status]) => status >= 300)
    .map(([status, times]) => `${count(times)} × ${status}`);
  out.fields([
    ["Folder", findings.folder],
    [
      "Disk alone",
      `${ms(sync.percentile(0.5))} for a synced write (p99 ${ms(sync.percentile(0.99))}): ${count(alone)} a second, one by one`,
    ],
    [
      "Acknowledged",
      `${count(tally.acknowledged)} events of ${BODY_BYTES} bytes in ${seconds} s, ${clients} clients`,
    ],
    ["Rate", toned(`${count(rate)} durable acknowledgements a second`, "strong")],
    [
      "Latency",
      `p50 ${ms(tally.latencies.percentile(0.5))}, p99 ${ms(tally.latencies.percentile(0.99))}`,
    ],
    ["Refused", refused.length === 0 ? null : toned(refused.join(", "), "bad")],
    ["Broken", findings.broken === 0 ? null : toned(`${findings.broken} connections`, "bad")],
    ...(verified === null ? [] : verifiedRows(verified)),
  ]);
}

function verifiedRows(
  verified: NonNullable<Findings["verified"]>,
): (readonly [string, string | ReturnType<typeof toned>])[] {
  const { acknowledged, found, missing, twice, unanswered, strange, restartMs } = verified;
  const faults = [
    ...(missing > 0 ? [`${count(missing)} acknowledged and lost`] : []),
    ...(twice > 0 ? [`${count(twice)} there twice`] : []),
    ...(strange > 0 ? [`${count(strange)} never sent`] : []),
  ];
  const cut = unanswered === 0 ? "" : `; ${count(unanswered)} more, their answers cut off`;
  return [
    ["Killed", `with SIGKILL under full load; ready again after ${count(restartMs)} ms`],
    ["Read back", `${count(found)} events; ${count(acknowledged)} were acknowledged${cut}`],
    [
      "Verdict",
      faults.length === 0
        ? toned("✓ nothing lost, nothing twice", "good")
        : toned(`✗ ${faults.join(", ")}`, "bad"),
    ],
  ];
}

function asJson(findings: Findings): unknown {
  const { folder, clients, seconds, sync, tally, broken, verified } = findings;
  return {
    folder,
    clients,
    seconds,
    bodyBytes: BODY_BYTES,
    syncMs: { p50: round(sync.percentile(0.5)), p99: round(sync.percentile(0.99)) },
    acknowledged: tally.acknowledged,
    perSecond: Math.round(perSecond(findings)),
    latencyMs: {
      p50: round(tally.latencies.percentile(0.5)),
      p99: round(tally.latencies.percentile(0.99)),
    },
    refused: tally.refused,
    broken,
    verified,
    ok: isWhole(findings),
  };
}

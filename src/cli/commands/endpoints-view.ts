import { jsonOf, listOf, textIn } from "../api.ts";
import { segment } from "../client.ts";
import type { Call } from "../command.ts";
import { EXIT } from "../exit.ts";
import { list } from "../listing.ts";
import { type Part, toned } from "../style.ts";

/** An endpoint as the API answers it; each field is looked for, none is trusted to be there. */
interface Row {
  readonly id: string;
  readonly name: string;
  readonly origin: string;
  readonly url: string | null;
  readonly types: readonly string[];
  readonly status: string;
  readonly statusReason: string | null;
  readonly detail: string | null;
  readonly pending: number;
  readonly failed: number;
  readonly delivered: number;
  readonly lastDeliveryAt: string | null;
  readonly failingSince: string | null;
}

export async function listAll(call: Call): Promise<number> {
  const { out } = call;
  await list(call, {
    path: "/v1/endpoints",
    query: {},
    read: readRow,
    columns: [
      { title: "NAME", cell: (row) => row.name, least: 8 },
      { title: "ID", cell: (row) => row.id },
      { title: "STATUS", cell: state },
      { title: "PENDING", cell: (row) => String(row.pending) },
      { title: "FAILED", cell: (row) => (row.failed === 0 ? "" : String(row.failed)) },
      { title: "LAST", cell: (row) => toned(out.time(row.lastDeliveryAt), "faint") },
      { title: "TYPES", cell: (row) => row.types.join(", "), least: 6 },
      { title: "URL", cell: (row) => row.url ?? "", least: 10 },
      { title: "NOTE", cell: (row) => row.statusReason ?? "", least: 8 },
    ],
    noun: "endpoint",
  });
  return EXIT.OK;
}

function state(row: Row): Part {
  if (row.status === "disabled") return toned("disabled", "bad");
  if (row.status === "paused") return toned("paused", "waiting");
  return row.failingSince === null ? toned("enabled", "good") : toned("enabled, failing", "bad");
}

export async function show({ given, out, client }: Call): Promise<number> {
  const answer = await (await client()).get(pathOf(given.operand(0)));
  if (out.json) {
    out.object(answer);
    return EXIT.OK;
  }
  const row = readRow(answer);
  const text = (name: string): string | null => textIn(answer, name);
  out.fields([
    ["Endpoint", toned(row.name, "strong")],
    ["Id", row.id],
    ["From", row.origin === "config" ? "the configuration, which alone changes it" : "the API"],
    ["URL", row.url],
    ["Status", state(row)],
    ["Why", row.statusReason],
    ["Now", row.detail === row.statusReason ? null : row.detail],
    ["Failing since", out.exactTime(row.failingSince)],
    ["Last delivery", out.exactTime(row.lastDeliveryAt)],
    ["Pending", String(row.pending)],
    ["Delivered", String(row.delivered)],
    ["Failed", String(row.failed)],
    ["Types", row.types.join(", ")],
    ["Filter", answer["filter"] === null ? null : JSON.stringify(answer["filter"])],
    ["Strategy", text("strategy")],
    ["Order", text("order")],
    ["Timeout", text("timeout")],
    ["Confirm within", text("confirm")],
    ["Auth", text("auth")],
    ["Headers", listOf(answer["headers"]).join(", ") || null],
    ["Signs with", listOf(answer["keys"]).map(keyText).join("; ") || null],
  ]);
  return EXIT.OK;
}

function keyText(value: unknown): string {
  const key = jsonOf(value);
  const until = textIn(key, "until");
  const shown = textIn(key, "publicKey") ?? textIn(key, "fingerprint") ?? "";
  return `${textIn(key, "version") ?? ""} ${shown}${until === null ? "" : ` until ${until}`}`;
}

export const pathOf = (name: string): string => `/v1/endpoints/${segment(name, "endpoint")}`;

export function readRow(value: unknown): Row {
  const raw = jsonOf(value);
  const count = (name: string): number => Number(raw[name] ?? 0);
  const activity = jsonOf(raw["activity"]);
  return {
    id: textIn(raw, "id") ?? "",
    name: textIn(raw, "name") ?? "",
    origin: textIn(raw, "origin") ?? "",
    url: textIn(raw, "url"),
    types: listOf(raw["types"]).map(String),
    status: textIn(raw, "status") ?? "",
    statusReason: textIn(raw, "statusReason"),
    detail: textIn(activity, "detail"),
    pending: count("pending"),
    failed: count("failed"),
    delivered: count("delivered"),
    lastDeliveryAt: textIn(raw, "lastDeliveryAt"),
    failingSince: textIn(raw, "failingSince"),
  };
}

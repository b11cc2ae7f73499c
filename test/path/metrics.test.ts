import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import parse from "parse-prometheus-text-format";
import { Server } from "../support/executable.ts";
import { until } from "../support/processes.ts";

const START_MS_MAX = 60_000;
const GRAFANA = resolve(import.meta.dir, "../../examples/grafana/longstop.json");

const CONFIG = `
import { defineConfig } from "longstop";
export default defineConfig({
  sources: {
    shop: {
      provider: "custom",
      verify: "none",
      event: { id: "/id", type: "/type", connection: "/account" },
      onEvent(event, ctx) { if (event.type === "bad") ctx.fail("no"); ctx.state.seen = event.id; },
    },
  },
});
`;

let server: Server;

beforeAll(async () => {
  server = await Server.create({ config: CONFIG });
  await server.start();
}, START_MS_MAX);
afterAll(() => server.remove());

const post = (id: string, type: string): Promise<Response> =>
  fetch(`${server.publicUrl}/in/shop`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id, type, account: "a" }),
  });

async function scraped(): Promise<string> {
  return (await server.api("/metrics")).text();
}

/** The value of one line, by its name and labels as they are written. */
const figureOf = (text: string, line: string): number | undefined => {
  const found = text.split("\n").find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
};

test("what was received, handled and refused is counted", async () => {
  for (const id of ["1", "2", "3"]) await post(id, "good");
  await post("1", "good");
  await post("4", "bad");
  await fetch(`${server.publicUrl}/in/nobody`, { method: "POST" });
  await until("all is handled", 10_000, async () => {
    const text = await scraped();
    // They take turns: what came last is settled last.
    return figureOf(text, 'longstop_events{source="shop",status="failed"}') === 1;
  });
  const text = await scraped();
  const figures: Readonly<Record<string, number>> = {
    'longstop_events_received_total{source="shop",provider="custom"}': 4,
    'longstop_events_duplicates_total{source="shop",provider="custom"}': 1,
    'longstop_events{source="shop",status="failed"}': 1,
    'longstop_events{source="shop",status="pending"}': 0,
    'longstop_requests_total{source="shop",status="202"}': 5,
    'longstop_requests_total{source="",status="404"}': 1,
    'longstop_handler_attempts_total{outcome="completed"}': 3,
    'longstop_handler_attempts_total{outcome="failed"}': 1,
    longstop_handler_seconds_count: 4,
    longstop_ack_seconds_count: 5,
    'longstop_ack_seconds_bucket{le="+Inf"}': 5,
    longstop_ready: 1,
  };
  for (const [line, value] of Object.entries(figures))
    expect([line, figureOf(text, line)]).toEqual([line, value]);
  expect(figureOf(text, "process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
});

test("every family is of Prometheus' format, named and explained once", async () => {
  const response = await server.api("/metrics");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  const families = parse(text);
  const names = families.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, help, type } of families) {
    expect(name).toMatch(/^(longstop|process)_[a-z_]+$/);
    expect(help.length).toBeGreaterThan(5);
    expect(name.endsWith("_total")).toBe(type === "COUNTER");
  }
});

test("whoever has no key is told nothing", async () => {
  expect((await fetch(`${server.adminUrl}/metrics`)).status).toBe(401);
  expect((await fetch(`${server.publicUrl}/metrics`)).status).toBe(404);
});

test("every figure that the dashboard for Grafana asks for is there", async () => {
  const text = await scraped();
  const known = new Set(parse(text).map(({ name }) => name));
  const dashboard = JSON.parse(await readFile(GRAFANA, "utf8")) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  const asked = dashboard.panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/\b(?:longstop|process)_[a-z_]+/g) ?? []),
  );
  expect(asked.length).toBeGreaterThan(25);
  const missing = asked.filter((name) => !known.has(name.replace(/_(?:bucket|sum|count)$/, "")));
  expect(missing).toEqual([]);
});

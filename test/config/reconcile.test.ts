import { expect, test } from "bun:test";
import { accepted, acceptedSource, faultsOf, sourceFault } from "../support/config-presets.ts";

const STRIPE = { provider: "stripe", secrets: "whsec_1" };
const list = (): void => {};

const reconcileOf = (over: Record<string, unknown>) =>
  accepted({ sources: { pay: { ...STRIPE, ...over } } }).settings.sources["pay"]?.reconcile;

test("a provider that can be asked is, as soon as what that takes is given", () => {
  expect(reconcileOf({ apiKey: "sk_1" })).toEqual({
    everyMs: 900_000,
    overlapMs: 90_000,
    expect: null,
    concurrency: 2,
    perSecond: 20,
    list: false,
    fetch: false,
  });
  expect(reconcileOf({})).toBeNull();
  expect(reconcileOf({ apiKey: "sk_1", reconcile: false })).toBeNull();
});

test("what is given takes the place of the defaults", () => {
  const reconcile = {
    every: "1h",
    overlap: "2h",
    expect: { every: "24h", grace: "2h", alertAfter: 5 },
    concurrency: 7,
    rate: "60/m",
  };
  expect(reconcileOf({ apiKey: "sk_1", reconcile })).toEqual({
    everyMs: 3_600_000,
    overlapMs: 7_200_000,
    expect: { everyMs: 86_400_000, graceMs: 7_200_000, alertAfter: 5 },
    concurrency: 7,
    perSecond: 1,
    list: false,
    fetch: false,
  });
  expect(reconcileOf({ apiKey: "sk_1", reconcile: { every: false } })?.everyMs).toBeNull();
  expect(reconcileOf({ apiKey: "sk_1", reconcile: { expect: { every: "10h" } } })?.expect).toEqual({
    everyMs: 36_000_000,
    graceMs: 3_600_000,
    alertAfter: 3,
  });
});

test("what the provider lacks is a fault only where reconciliation is asked for", () => {
  const [fault, ...others] = faultsOf({ sources: { pay: { ...STRIPE, reconcile: {} } } });
  expect(others).toEqual([]);
  expect(fault).toMatchObject({ path: "sources.pay.reconcile" });
  expect(fault?.message).toContain("give apiKey");
});

test("a source without a way to be asked needs one of its own", () => {
  expect(sourceFault({ reconcile: { every: "1h" } })).toMatchObject({ path: "reconcile" });
  expect(acceptedSource({ reconcile: { list } }).reconcile).toMatchObject({
    everyMs: 900_000,
    overlapMs: 300_000,
    list: true,
    fetch: false,
  });
  expect(acceptedSource({ reconcile: { fetch: list } }).reconcile).toMatchObject({
    everyMs: null,
    fetch: true,
  });
});

test("one connection at a time is no sweep", () => {
  expect(sourceFault({ reconcile: { fetch: list, every: "1h" } }).path).toBe("reconcile.every");
});

test("its own faults are told each at its place", () => {
  const reconcile = {
    list,
    every: "15 minutes",
    overlap: -1,
    expect: { grace: "1h", alertAfter: 0 },
    concurrency: 0,
    rate: "fast",
    fetch: "yes",
    evry: "1h",
  };
  const faults = faultsOf({ sources: { crm: { provider: "custom", verify: "none", reconcile } } });
  expect(faults.map(({ path }) => path.replace("sources.crm.reconcile.", "")).sort()).toEqual([
    "concurrency",
    "every",
    "evry",
    "expect.alertAfter",
    "expect.every",
    "fetch",
    "overlap",
    "rate",
  ]);
  expect(sourceFault({ reconcile: true }).path).toBe("reconcile");
});

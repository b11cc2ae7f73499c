import { expect, test } from "bun:test";
import fc from "fast-check";
import parse from "parse-prometheus-text-format";
import { Counter, exposition, Histogram, LABEL_SETS_MAX, reading } from "../../src/base/metrics.ts";

test("what is written is what another's parser reads, whatever stands in labels and help", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (label, help) => {
      // Its parser reads lines ended by CR as well, which the format does not know.
      fc.pre(!/[\r\u2028\u2029]/.test(label + help) && help.trim() === help && help !== "");
      const counter = new Counter("a_total", help, ["x"]);
      counter.add([label], 3);
      const [family] = parse(exposition([counter]));
      expect(family).toMatchObject({ name: "a_total", type: "COUNTER" });
      expect(family?.metrics).toEqual([{ value: "3", labels: { x: label } }]);
    }),
  );
});

test("a histogram's buckets add up, and what is above all of them is in +Inf alone", () => {
  const histogram = new Histogram("h_seconds", "h", [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value);
  const [family] = parse(exposition([histogram]));
  expect(family?.metrics).toEqual([
    { buckets: { "0.1": "2", "1": "3", "+Inf": "4" }, count: "4", sum: "7.65" },
  ]);
});

test("a counter without labels is there before it counts, one with labels is not", () => {
  expect(exposition([new Counter("a_total", "a")])).toContain("\na_total 0\n");
  expect(exposition([new Counter("a_total", "a", ["x"])])).toBe(
    "# HELP a_total a\n# TYPE a_total counter\n",
  );
});

test("label sets are bounded, and nothing that is counted is lost", () => {
  const counter = new Counter("a_total", "a", ["x", "y"]);
  for (let name = 0; name < LABEL_SETS_MAX + 50; name++) counter.add([`n${name}`, "1"]);
  counter.add(["n0", "1"]);
  const samples = counter.samples();
  expect(samples).toHaveLength(LABEL_SETS_MAX + 1);
  expect(samples.at(-1)).toEqual({ labels: { x: "other", y: "other" }, value: 50 });
  expect(samples[0]?.value).toBe(2);
});

test("values that are no numbers are written as the format has them", () => {
  const family = reading("gauge", "g", "g", () => [
    { value: Number.NaN },
    { value: Number.POSITIVE_INFINITY },
  ]);
  expect(exposition([family])).toContain("\ng NaN\ng +Inf\n");
});

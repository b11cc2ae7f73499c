import { expect, test } from "bun:test";
import { soak } from "../../scripts/soak.ts";

test("hostile requests are refused by the documented answers, and correct ones between them are taken", async () => {
  const report = await soak(2_000, Number(process.env["SOAK_SEED"] ?? 1), 24);

  expect(report.faults).toEqual([]);
  expect(report.answers.get("202") ?? 0).toBeGreaterThan(200);
  expect(report.answers.get("401") ?? 0).toBeGreaterThan(50);
  expect(report.answers.get("400") ?? 0).toBeGreaterThan(0);
}, 90_000);

import { expect, test } from "bun:test";
import { presets } from "../../src/providers/index.ts";
import { recognise } from "../../src/providers/recognise.ts";
import { sourceSettings } from "../support/settings.ts";
import { sampleOf } from "./opened.ts";
import { inbound } from "./requests.ts";

const headersOf = (headers: Readonly<Record<string, string>>, body: string | Uint8Array) =>
  recognise(inbound({ headers, body }))?.name ?? null;

for (const preset of presets.filter(({ name }) => name !== "custom")) {
  test(`what ${preset.title} sends is known for what it is`, () => {
    for (const type of preset.sampleTypes) {
      // Providers that sign with a key make one when the source has no secret.
      const keyed = preset.sample(
        type,
        0,
        "id1",
        sourceWithout(preset.name),
        "https://a.example/in/a",
      );
      const { headers, body } = keyed.ok ? keyed.value : sampleOf(preset.name, type);
      expect(headersOf(headers, body)).toBe(preset.name);
    }
  });
}

test("what is nobody's is nobody's, and what cannot be read is no reason to fail", () => {
  const json = { "content-type": "application/json" };
  expect(headersOf(json, '{"type":"hello"}')).toBeNull();
  expect(headersOf(json, "{")).toBeNull();
  expect(headersOf({ "content-type": "image/png" }, "x")).toBeNull();
  // A payload's prototype is nobody's field.
  expect(headersOf(json, '{"__proto__":{"MessageStream":"x","MessageID":"y"}}')).toBeNull();
});

function sourceWithout(provider: string) {
  return sourceSettings({ provider, verify: null, secrets: [] });
}

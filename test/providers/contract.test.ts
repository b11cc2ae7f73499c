import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { SourceSettings } from "../../src/config/settings.ts";
import { presetByName, presets } from "../../src/providers/index.ts";
import type { Sample } from "../../src/providers/provider.ts";
import { type Answer, Receiving } from "../support/receiving.ts";
import { hmacSettings, sourceSettings } from "../support/settings.ts";
import { CASES, ELSEWHERE, NEW, OLD } from "./contract-cases.ts";
import { KEY_CASES, keyedSource } from "./contract-keys.ts";
import { AT } from "./requests.ts";

function sampleFor(source: SourceSettings, at = AT, id = "0b1c"): Sample {
  const preset = presetByName(source.provider);
  const type = preset?.sampleTypes[0] ?? "";
  const made = preset?.sample(type, at, id, source, `http://hooks.test/in/${source.name}`);
  if (made?.ok !== true) throw new Error(made?.error ?? `no preset ${source.provider}`);
  return made.value;
}

type Change = Partial<Pick<Sample, "body">> & { readonly headers?: Record<string, string | null> };

function post(receiving: Receiving, sample: Sample, change: Change = {}): Promise<Answer> {
  const headers = new Headers(sample.headers);
  for (const [name, value] of Object.entries(change.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  const body = change.body ?? sample.body;
  return receiving.receive(
    new Request(`http://hooks.test/in/shop${sample.query}`, {
      method: "POST",
      headers,
      body: Buffer.from(body),
    }),
  );
}

/** Several sign the URL as they know it. */
const HERE = { publicUrl: "http://hooks.test" };

/** Whatever status a provider takes for "accepted" is `taken`. */
const outcome = (answer: Answer): string =>
  answer.code ?? (answer.status < 300 ? "taken" : String(answer.status));

const ALL = [...CASES, ...KEY_CASES].map((each) => [each.name, each] as const);

describe.each(ALL)("%s", (_, each) => {
  const fresh = (secrets: readonly string[] = [NEW], at = AT): Receiving =>
    new Receiving([each.source(secrets)], HERE, at);
  const sample = sampleFor(each.source([NEW]));
  const signature = sample.headers[each.signature] ?? "";

  test("a right request is taken once, and its repetition is a duplicate of it", async () => {
    const receiving = fresh();
    const first = await post(receiving, sample);
    const second = await post(receiving, sample);
    expect([outcome(first), outcome(second)]).toEqual(["taken", "taken"]);
    if (first.events.length > 0) {
      expect(first.events).toEqual([{ id: expect.stringMatching(/^evt_/), duplicate: false }]);
      expect(second.events).toEqual([{ id: first.events[0]?.id ?? "", duplicate: true }]);
    }
    expect(receiving.posted.length).toBe(1);
    expect(receiving.sources.takeSecretUses().length).toBe(1);
  });

  test("one changed bit of the body is noticed by whoever signs it", async () => {
    const anyBit = fc.nat({ max: sample.body.length * 8 - 1 });
    await fc.assert(
      fc.asyncProperty(anyBit, async (bit) => {
        const body = Uint8Array.from(sample.body);
        body[bit >> 3] = (body[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const receiving = fresh();
        const answer = await post(receiving, sample, { body });
        if (each.coversBody) expect(outcome(answer)).toBe("signature_mismatch");
        if (outcome(answer) !== "taken") expect(receiving.journal.intakes).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("one changed character of the signature makes it another", async () => {
    const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: signature.length - 1 }), printable, async (at, character) => {
        fc.pre(signature[at]?.toLowerCase() !== character.toLowerCase());
        // Padding says nothing: cut off by what separates signatures, it leaves the same one.
        fc.pre(signature[at] !== "=" || !/[,; ]/.test(character));
        const changed = signature.slice(0, at) + character + signature.slice(at + 1);
        const answer = await post(fresh(), sample, { headers: { [each.signature]: changed } });
        expect(outcome(answer)).toBe("signature_mismatch");
      }),
      { numRuns: 100 },
    );
  });

  test("a signature made with any other secret is a mismatch", async () => {
    for (let at = "whsec_".length; at < NEW.length; at++) {
      const other = `${NEW.slice(0, at)}${NEW[at] === "A" ? "B" : "A"}${NEW.slice(at + 1)}`;
      expect(outcome(await post(fresh([other]), sample))).toBe("signature_mismatch");
    }
  });

  test("without one of its headers it is missing; empty is as absent", async () => {
    for (const name of each.required) {
      for (const value of [null, ""]) {
        const answer = await post(fresh(), sample, { headers: { [name]: value } });
        expect(outcome(answer)).toBe("signature_missing");
      }
    }
  });

  test("a doubled, oversized or non-ASCII signature is refused or harmless, never a failure", async () => {
    const right = ["taken", "signature_mismatch"];
    expect(right).toContain(
      outcome(
        await post(fresh(), sample, {
          headers: { [each.signature]: `${signature}, ${signature}` },
        }),
      ),
    );
    for (const odd of [
      "x".repeat(30_000),
      "é".repeat(64),
      "\u00a0",
      ",".repeat(5_000),
      "=".repeat(88),
    ]) {
      const answer = await post(fresh(), sample, { headers: { [each.signature]: odd } });
      expect(["signature_mismatch", "signature_missing"]).toContain(outcome(answer));
    }
    const huge = await post(fresh(), sample, {
      headers: { [each.signature]: "x".repeat(33_000) },
    });
    expect(outcome(huge)).toBe("headers_too_large");
  });

  test("while secrets are exchanged either is right, and its use is noted", async () => {
    const receiving = fresh([OLD, NEW]);
    for (const used of [OLD, NEW]) {
      const made = sampleFor(each.source([used]), AT, `for ${used}`.replaceAll(/[^a-z]/g, ""));
      expect(outcome(await post(receiving, made))).toBe("taken");
    }
    expect(receiving.sources.takeSecretUses().length).toBe(2);
  });

  if (!each.timed) return;
  test("its time is tolerated by 300 s either way, to the second", async () => {
    const after = async (ms: number): Promise<string> =>
      outcome(await post(fresh([NEW], AT + ms), sample));
    expect(await after(300_000)).toBe("taken");
    expect(await after(301_000)).toBe("timestamp_too_old");
    expect(await after(-300_000)).toBe("taken");
    expect(await after(-301_000)).toBe("timestamp_in_future");
  });
});

test("every preset has samples of every type it names, and each is taken", async () => {
  for (const preset of presets) {
    for (const type of preset.sampleTypes) {
      const verify = preset.name === "custom" ? hmacSettings({ secrets: [] }) : null;
      const source =
        keyedSource(preset.name) ??
        sourceSettings({ provider: preset.name, secrets: [NEW], verify });
      const made = preset.sample(type, AT, "id1", source, "http://hooks.test/in/shop");
      if (!made.ok) throw new Error(made.error);
      const receiving = new Receiving([source], HERE, AT);
      expect(outcome(await post(receiving, made.value))).toBe("taken");
      if (preset.name !== "custom") {
        expect(receiving.journal.intakes[0]?.events[0]?.type).toBe(type);
      }
    }
    const unsigned = sourceSettings({
      provider: preset.name,
      verify: hmacSettings({ secrets: [] }),
    });
    const type = preset.sampleTypes[0] ?? "";
    expect(preset.sample(type, AT, "id1", unsigned, "http://hooks.test/in/shop").ok).toBe(false);
  }
});

test("every preset is covered here", () => {
  const configured = [...CASES, ...KEY_CASES].map((each) => each.source([NEW]).provider);
  const covered = [...configured, ...Object.keys(ELSEWHERE)];
  for (const preset of presets) expect(covered).toContain(preset.name);
});

test("the largest delivery that GitHub makes fits", () => {
  expect(presetByName("github")?.bodyBytesMax).toBe(25 * 2 ** 20);
});

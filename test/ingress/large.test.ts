import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { LIMITS } from "../../src/base/limits.ts";
import { type Answer, Receiving } from "../support/receiving.ts";
import { hmacSettings, sourceSettings } from "../support/settings.ts";

const OPEN = sourceSettings({ name: "open" });
const SIGNED = sourceSettings({ name: "signed", verify: hmacSettings() });
const LARGE = JSON.stringify({ pad: "x".repeat(2 * 2 ** 20) });
const NOTHING = { small: 0, large: 0, waiting: 0 };
const FORGED = { [hmacSettings().header]: "00".repeat(32) };

/** A body in parts: `sent` counts those that were asked for. */
function arriving(parts: readonly string[], end: "close" | "error" | "never") {
  const sent = { parts: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const part = parts[sent.parts++];
        if (part !== undefined) controller.enqueue(new TextEncoder().encode(part));
        else if (end === "close") controller.close();
        else if (end === "error") controller.error(new Error("connection reset"));
        else return new Promise(() => {});
      },
    },
    { highWaterMark: 0 },
  );
  return { sent, stream };
}

/** The answers, with time going on until the last of them is there. */
async function ended(it: Receiving, answers: readonly Promise<Answer>[]): Promise<Answer[]> {
  let isOver = false;
  const all = Promise.all(answers).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await it.clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return all;
}

describe("a large body without a signature", () => {
  test.each([{}, { "content-encoding": "gzip" }])("is refused unread (%p)", async (headers) => {
    const it = new Receiving([SIGNED]);
    const { sent, stream } = arriving([LARGE], "close");
    const answer = await it.send("signed", stream, {
      "content-length": String(LARGE.length),
      ...headers,
    });
    expect([answer.status, answer.code]).toEqual([401, "signature_missing"]);
    expect(answer.headers.get("connection")).toBe("close");
    expect(sent.parts).toBe(0);
    expect(it.room.held).toEqual(NOTHING);
  });

  test("that inflates from little is dropped once it is more than small", async () => {
    const it = new Receiving([SIGNED]);
    const answer = await it.send("signed", gzipSync(LARGE), { "content-encoding": "gzip" });
    expect([answer.status, answer.code]).toEqual([401, "signature_missing"]);
  });

  test("is read where it has one, and refused for what it says", async () => {
    const it = new Receiving([SIGNED]);
    const [answer] = await ended(it, [it.send("signed", LARGE, FORGED)]);
    expect([answer?.status, answer?.code]).toEqual([401, "signature_mismatch"]);
  });
});

test("a body that finds no room in time is our trouble: a 503 to come back after", async () => {
  const it = new Receiving([OPEN]);
  it.room.takeLarge(LIMITS.BODIES_LARGE_BYTES_MAX, new AbortController().signal);
  const [answer] = await ended(it, [it.send("open", LARGE)]);
  expect([answer?.status, answer?.code]).toEqual([503, "overloaded"]);
  expect(answer?.headers.get("retry-after")).toBe("2");
  expect(answer?.headers.get("connection")).toBe("close");
  expect((await it.send("open", '{"small":1}')).status).toBe(202);
});

test("who declares much and sends nothing makes way once others wait", async () => {
  const it = new Receiving([sourceSettings({ name: "open", bodyBytesMax: LIMITS.BODY_BYTES_MAX })]);
  const declared = { "content-length": String(LIMITS.BODY_BYTES_MAX) };
  const idle = [1, 2, 3].map(() => it.send("open", arriving([], "never").stream, declared));
  await it.clock.settle();
  expect(it.room.held.large).toBe(LIMITS.BODIES_LARGE_BYTES_MAX);
  const [honest, ...cut] = await ended(it, [it.send("open", LARGE), ...idle]);
  expect(honest?.status).toBe(202);
  expect(cut.map(({ code }) => code)).toContain("overloaded");
});

test("a body that ends before the length it declared is not journaled", async () => {
  const it = new Receiving([OPEN]);
  const { stream } = arriving([LARGE], "close");
  const answer = await it.send("open", stream, { "content-length": String(LARGE.length + 1) });
  expect(answer.status).toBe(400);
  expect(it.journal.intakes).toEqual([]);
});

test("however a request ends, it gives back what it held", async () => {
  const shape = fc.record({
    source: fc.constantFrom("open", "signed"),
    text: fc.constantFrom("{}", "{", LARGE, LARGE.slice(1)),
    form: fc.constantFrom("plain", "gzip", "declared", "cut", "error", "never"),
    forged: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(shape, { maxLength: 6 }), fc.boolean(), async (shapes, isFailing) => {
      const it = new Receiving([OPEN, SIGNED]);
      if (isFailing) it.journal.refuse("failing");
      const answers = shapes.map(({ source, text, form, forged }) => {
        const headers: Record<string, string> = forged ? { ...FORGED } : {};
        if (form === "gzip") headers["content-encoding"] = "gzip";
        if (form === "declared" || form === "cut") headers["content-length"] = `${text.length}`;
        if (form === "plain" || form === "gzip" || form === "declared")
          return it.send(source, form === "gzip" ? gzipSync(text) : text, headers);
        const end = form === "cut" ? "close" : form;
        return it.send(source, arriving([text.slice(0, -1)], end).stream, headers);
      });
      const statuses = (await ended(it, answers)).map(({ status }) => status);
      for (const status of statuses) expect([202, 400, 401, 408, 503]).toContain(status);
      expect(it.room.held).toEqual(NOTHING);
      expect(it.errors).toEqual([]);
    }),
    { numRuns: 40 },
  );
}, 20_000);

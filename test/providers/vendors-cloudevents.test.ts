import { describe, expect, test } from "bun:test";
import { CloudEvent, HTTP } from "cloudevents";
import type { Inbound } from "../../src/providers/provider.ts";
import { only, opened, SECRET, sampleOf, verdict } from "./opened.ts";
import { inbound } from "./requests.ts";

describe("cloudevents, built by their own library", () => {
  const provider = opened("cloudevents");
  const event = new CloudEvent({
    id: "e 1",
    source: "https://example.com/a%20b",
    type: "com.example.made",
    subject: "objekt/ü",
    time: "2026-11-22T11:59:00.000Z",
    datacontenttype: "application/json",
    sequence: "0007",
    data: { id: 9 },
  });
  const sent = (message: { headers: unknown; body: unknown }): Inbound => {
    const headers = new Headers(message.headers as Record<string, string>);
    headers.set("authorization", `Bearer ${SECRET}`);
    return inbound({ headers: Object.fromEntries(headers), body: String(message.body) });
  };
  const NAMES = {
    type: "com.example.made",
    occurredAt: Date.UTC(2026, 10, 22, 11, 59),
    sequence: "0007",
    range: null,
  };

  test("in structured mode the body names the event", async () => {
    const request = sent(HTTP.structured(event));
    expect(await verdict(provider, request)).toBe("ok");
    expect(only(provider, request)).toEqual({
      ...NAMES,
      dedupeKey: "https://example.com/a%20b e 1",
      connection: "https://example.com/a%20b objekt/ü",
    });
  });

  test("in binary mode the headers name it, percent-decoded, and the body is its data", async () => {
    const plain = HTTP.binary(event);
    const headers = { ...(plain.headers as Record<string, string>) };
    for (const [name, value] of Object.entries(headers)) {
      if (name.startsWith("ce-")) headers[name] = encodeURIComponent(value);
    }
    const request = sent({ headers, body: plain.body });
    expect(await verdict(provider, request)).toBe("ok");
    expect(request.parsed()).toEqual({ ok: true, value: { id: 9 } });
    expect(only(provider, request)).toMatchObject({
      ...NAMES,
      dedupeKey: "https://example.com/a%20b e 1",
    });
  });

  test("in binary mode the data may be of any type, or absent", () => {
    const names = { "ce-id": "1", "ce-source": "/a", "ce-type": "t", "ce-specversion": "1.0" };
    for (const [type, body] of [
      ["image/png", "\u0089PNG"],
      ["application/json", ""],
      ["application/octet-stream", ""],
    ] as const) {
      const request = inbound({ headers: { ...names, "content-type": type }, body });
      expect(only(provider, request)).toMatchObject({ dedupeKey: "/a 1", type: "t" });
    }
    const broken = inbound({
      headers: { ...names, "content-type": "application/json" },
      body: "{",
    });
    expect(provider.split(broken)).toMatchObject({ ok: false, error: { code: "malformed_body" } });
  });

  test("our samples are events to it", () => {
    const sample = sampleOf("cloudevents");
    const read = HTTP.toEvent({
      headers: { ...sample.headers },
      body: Buffer.from(sample.body).toString(),
    });
    expect(read).toMatchObject({ id: "id1", type: "com.example.object.created" });
  });

  test("the token may be in the query, as the specification wants", async () => {
    const { body } = HTTP.structured(event);
    const asked = (query: string): Promise<string> =>
      verdict(provider, inbound({ url: `/in/shop?${query}`, body: String(body) }));
    expect(await asked(`access_token=${SECRET}`)).toBe("ok");
    expect(await asked("access_token=other")).toBe("signature_mismatch");
    expect(await asked("token=other")).toBe("signature_missing");
  });
});

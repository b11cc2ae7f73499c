import { expect, test } from "bun:test";
import { eventId, seq } from "../../src/base/ids.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import { adminDesk, problemOf } from "../support/admin.ts";
import { aQuarantined } from "../support/fake-reads.ts";

type Listed = { data: Record<string, unknown>[]; nextCursor: string | null };
const PATH = "/v1/quarantine";

test("requests are listed by source, code and held, with why each was not let in", async () => {
  const desk = await adminDesk();
  desk.reads.quarantineRows = [
    aQuarantined(3, { held: true, code: "keys_unavailable" }),
    aQuarantined(2, { source: "shop" }),
    aQuarantined(1),
  ];
  const ids = async (query: string): Promise<unknown[]> => {
    const { data } = (await (await desk.call("GET", `${PATH}?${query}`)).json()) as Listed;
    return data.map(({ id }) => id);
  };
  expect(await ids("")).toEqual(["qua_3", "qua_2", "qua_1"]);
  expect(await ids("source=shop")).toEqual(["qua_2"]);
  expect(await ids("code=keys_unavailable")).toEqual(["qua_3"]);
  expect(await ids("held=false")).toEqual(["qua_2", "qua_1"]);
  const wrong = await desk.call("GET", `${PATH}?held=perhaps`);
  expect((await problemOf(wrong)).code).toBe("invalid_parameter");
});

test("one request is shown with the beginning of its body as text, and no credential of it", async () => {
  const verify = { scheme: "bearer", header: "X-Secret", prefix: "", secrets: ["s"] } as const;
  const bank = { verify } as unknown as SourceSettings;
  const desk = await adminDesk({ sources: { bank } });
  const body = Buffer.from(`<script>${"x".repeat(20_000)}`);
  const { request } = aQuarantined(1);
  const headers = [
    ["x-secret", "s3cret"],
    ["authorization", "Bearer s3cret"],
    ["x-other", "shown"],
  ] as const;
  const url = "/in/bank?token=s3cret&a=1";
  desk.reads.quarantineRows = [aQuarantined(1, { body, request: { ...request, url, headers } })];

  const answer = await desk.call("GET", `${PATH}/qua_1`);

  expect(answer.headers.get("content-type")).toBe("application/json");
  const text = await answer.text();
  expect(text).not.toContain("s3cret");
  const shown = JSON.parse(text);
  expect(shown).toMatchObject({ id: "qua_1", size: body.byteLength, bodyTruncated: true });
  expect(shown.body).toHaveLength(16 * 1024);
  expect(shown.headers).toMatchObject({ "x-other": "shown" });
  for (const id of ["qua_2", "qua_0", "evt_1", "qua_1.5"])
    expect((await desk.call("GET", `${PATH}/${id}`)).status).toBe(404);
});

test("a release answers for each id what came of it, in order, and each is tried once", async () => {
  const desk = await adminDesk();
  const events = [{ id: eventId(seq(1), 7), duplicate: false }];
  desk.releases.outcomes.set("qua_1", { status: "released", events });
  const failing = { code: "signature_mismatch", detail: "No secret matches." };
  desk.releases.outcomes.set("qua_2", { status: "still_failing", ...failing });

  const ids = ["qua_2", "qua_1", "qua_9", "qua_2"];
  const answer = await desk.call("POST", `${PATH}/release`, { ids });

  expect(await answer.json()).toEqual({
    data: [
      { id: "qua_2", status: "still_failing", events: [], ...failing },
      { id: "qua_1", status: "released", events, code: null, detail: null },
      { id: "qua_9", status: "not_found", events: [], code: null, detail: null },
    ],
    nextCursor: null,
  });
});

test("a whole source is tried oldest first and page by page; a dry run says so to whoever verifies", async () => {
  const desk = await adminDesk();
  desk.reads.quarantineRows = Array.from({ length: 250 }, (_, place) => aQuarantined(250 - place));
  const body = { source: "bank", dryRun: true };
  const first = (await (await desk.call("POST", `${PATH}/release`, body)).json()) as Listed;
  const cursor = first.nextCursor;
  const next = await desk.call("POST", `${PATH}/release`, { ...body, cursor });

  expect(((await next.json()) as Listed).nextCursor).toBeNull();
  expect(desk.releases.tried).toEqual(
    Array.from({ length: 250 }, (_, place) => [`qua_${place + 1}`, true]),
  );
});

test.each([
  {},
  { ids: [] },
  { ids: ["qua_1"], source: "bank" },
  { ids: ["qua_1"], cursor: "qua_1" },
  { ids: Array.from({ length: 201 }, (_, place) => `qua_${place + 1}`) },
])("a release that does not say of what is refused: %#", async (body) => {
  const desk = await adminDesk();
  const answer = await desk.call("POST", `${PATH}/release`, body);
  expect((await problemOf(answer)).code).toBe("invalid_parameter");
  expect(desk.releases.tried).toEqual([]);
});

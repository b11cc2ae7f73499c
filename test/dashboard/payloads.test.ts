import { describe, expect, test } from "bun:test";
import { curlOf, quoted } from "../../src/dashboard/client/curl.ts";
import { shown } from "../../src/dashboard/client/format.ts";
import { find, linesOf } from "../../src/dashboard/client/json-lines.ts";

const NONE: ReadonlyMap<string, boolean> = new Map();

describe("a payload as lines", () => {
  test("has one line a value, folded below the third level", () => {
    const { lines } = linesOf({ a: { b: { c: { d: 1 } } } }, NONE, 100);
    expect(lines.map(({ pointer }) => pointer)).toEqual(["", "/a", "/a/b", "/a/b/c"]);
    const opened = linesOf({ a: { b: { c: { d: 1 } } } }, new Map([["/a/b/c", true]]), 100);
    expect(opened.lines.at(-1)).toMatchObject({ pointer: "/a/b/c/d", value: 1, depth: 4 });
  });

  test("shows names that mean something elsewhere as names", () => {
    const hostile: unknown = JSON.parse('{"__proto__":{"a":1},"a/b":2,"c~d":3}');
    const { lines } = linesOf(hostile, NONE, 100);
    expect(lines.map(({ pointer }) => pointer)).toEqual([
      "",
      "/__proto__",
      "/__proto__/a",
      "/a~1b",
      "/c~0d",
    ]);
  });

  test("is never longer than asked for, and says that it was cut", () => {
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, at]));
    const { lines, cut } = linesOf(wide, new Map([["", true]]), 100);
    expect([lines.length, cut]).toEqual([100, true]);
  });

  test("is made of any depth, and searched at any depth", () => {
    let deep: unknown = "needle";
    for (let level = 0; level < 5_000; level++) deep = [deep];
    const { finds, above } = find(deep, "NEEDLE", 10);
    expect(finds).toHaveLength(1);
    expect(above.size).toBe(5_000);
    const folds = new Map([...above].map((pointer) => [pointer, true]));
    expect(linesOf(deep, folds, 10_000).lines.at(-1)?.value).toBe("needle");
  });

  test("a search finds names and values, and stops at its bound", () => {
    const value = { name: "x", list: ["name", "other"] };
    expect(find(value, "name", 10).finds).toEqual(["/name", "/list/0"]);
    expect(find(Array(100).fill("x"), "x", 10).finds).toHaveLength(10);
    expect(find(value, "absent", 10).finds).toEqual([]);
  });
});

describe("text of a stranger", () => {
  test("is shown without what hides, turns or moves the line", () => {
    expect(shown("a\u202eb\u200bc\nd\u001b[31m")).toBe("a\\u202eb\\u200bc\\u000ad\\u001b[31m");
    expect(shown("x".repeat(300))).toHaveLength(201);
    expect(shown("plain ünï 漢字")).toBe("plain ünï 漢字");
  });
});

describe("a request as a command", () => {
  const sent = {
    method: "POST",
    url: "http://127.0.0.1:8080/in/shop",
    headers: { "x-a": "it's", host: "old", "content-length": "9" },
    body: new TextEncoder().encode(`{"a":"it's"}`),
  };

  test("a shell makes the same bytes of it", async () => {
    const echo = curlOf(sent).replace(/^curl/, "printf '%s\\n'");
    const run = Bun.spawn(["sh", "-c", echo], { stdout: "pipe" });
    expect((await new Response(run.stdout).text()).split("\n").slice(0, -1)).toEqual([
      "-X",
      "POST",
      "http://127.0.0.1:8080/in/shop",
      "-H",
      "x-a: it's",
      "--data-binary",
      `{"a":"it's"}`,
    ]);
  });

  test("nothing in it is run by the shell", async () => {
    const hostile = "$(echo owned) `echo owned` '; echo owned #\n\\";
    const run = Bun.spawn(["sh", "-c", `printf %s ${quoted(hostile)}`], { stdout: "pipe" });
    expect(await new Response(run.stdout).text()).toBe(hostile);
  });

  test("bytes that are no text, and text that curl would take for a file, are sent as they are", () => {
    expect(curlOf({ ...sent, body: new Uint8Array([0xff, 0]) })).toStartWith(
      "printf %s '/wA=' | base64 -d | curl",
    );
    const file = curlOf({ ...sent, body: new TextEncoder().encode("@/etc/passwd") });
    expect(file).toContain("--data-binary @-");
    expect(file).not.toContain("passwd");
  });
});

import { describe, expect, test } from "bun:test";
import { send } from "../../src/dashboard/answer.ts";
import { staticFiles } from "../../src/dashboard/files.ts";
import { dashboardRoutes } from "../../src/dashboard/routes.ts";

const files = staticFiles({ script: "run()", style: "a{}" });
const ask = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  dashboardRoutes().handle(new Request(`http://localhost${path}`, { headers }));

describe("what the pages are made of", () => {
  test("the policy lets run, style and call nothing but what is ours", () => {
    for (const file of files) {
      const { headers } = send(file, new Request("http://localhost/"));
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toStartWith("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
    }
  });

  test("the page holds no script and no style of its own, and needs nothing from elsewhere", () => {
    const page = new TextDecoder().decode(files[0].bytes);
    expect(page).not.toMatch(/<style|style=|\son\w+=|https?:/);
    expect(
      [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path]) => path ?? "").sort(),
    ).toEqual(
      files
        .slice(1)
        .map(({ path }) => path)
        .sort(),
    );
  });

  test("files whose name is their content are kept for good, the page is asked for again", () => {
    const kept = (at: number): string | null =>
      send(files[at] ?? files[0], new Request("http://localhost/")).headers.get("cache-control");
    expect([kept(0), kept(1)]).toEqual(["no-cache", "public, max-age=31536000, immutable"]);
    const [, other] = staticFiles({ script: "run(2)", style: "a{}" });
    expect(other?.path).not.toBe(files[1]?.path);
  });

  test("who takes gzip gets gzip, and others the plain bytes", async () => {
    const request = new Request("http://localhost/", {
      headers: { "accept-encoding": "br, gzip" },
    });
    const zipped = send(files[0], request);
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    expect(Bun.gunzipSync(new Uint8Array(await zipped.arrayBuffer()))).toEqual(files[0].bytes);
    const plain = send(files[0], new Request("http://localhost/"));
    expect(plain.headers.get("content-encoding")).toBeNull();
  });
});

describe("addresses of pages", () => {
  test("every page is answered with the same file, without a login, from source too", async () => {
    for (const path of ["/", "/events", "/events/evt_x", "/connections/a/b%2Fc", "/endpoints"]) {
      const answer = await ask(path);
      expect([path, answer.status, answer.headers.get("content-type")]).toEqual([
        path,
        200,
        "text/html; charset=utf-8",
      ]);
    }
  }, 30_000);

  test("what is no file is a problem", async () => {
    const answer = await ask("/assets/app-old.js");
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });
});

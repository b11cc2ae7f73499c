import { describe, expect, test } from "bun:test";
import { readEndpoint } from "../../src/config/endpoint.ts";

const RULES = { allowPrivate: [], publicUrl: null };
const read = (auth: unknown) => readEndpoint({ url: "https://wh.example.com/hook", auth }, RULES);

const pathsOf = ({ auth }: { readonly auth: unknown }): string[] => {
  const given = read(auth);
  return given.ok ? [] : given.error.map(({ path }) => path);
};

describe("an endpoint's auth", () => {
  test("is one of four ways, named by its key", () => {
    const auth = (given: unknown) => {
      const settings = read(given);
      return settings.ok ? settings.value.auth : settings.error;
    };
    expect(auth({ bearer: "t" })).toEqual({ kind: "bearer", token: "t" });
    expect(auth({ basic: { username: "u", password: "p" } })).toEqual({
      kind: "basic",
      username: "u",
      password: "p",
    });
    expect(auth({ header: { name: "X-Key", value: "v" } })).toEqual({
      kind: "header",
      name: "x-key",
      value: "v",
    });
    const oauth2 = { tokenUrl: "https://id.example/t", clientId: "c", clientSecret: "s" };
    expect(auth({ oauth2 })).toEqual({ kind: "oauth2", ...oauth2, scope: null, audience: null });
    expect(auth(null)).toBeNull();
  });

  test("is refused when it is none or two of them, or lacks a part", () => {
    expect(pathsOf({ auth: {} })).toEqual(["auth"]);
    expect(pathsOf({ auth: { bearer: "a", header: { name: "x", value: "y" } } })).toEqual(["auth"]);
    expect(pathsOf({ auth: { baerer: "a" } })).toEqual(["auth.baerer", "auth"]);
    expect(pathsOf({ auth: { basic: { username: "a:b" } } })).toEqual([
      "auth.basic.username",
      "auth.basic.password",
    ]);
    expect(pathsOf({ auth: { header: { name: "host", value: "x" } } })).toEqual([
      "auth.header.name",
    ]);
    expect(
      pathsOf({
        auth: { oauth2: { tokenUrl: "https://127.0.0.1/t", clientId: "c", clientSecret: "s" } },
      }),
    ).toEqual(["auth.oauth2.tokenUrl"]);
  });
});

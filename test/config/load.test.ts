import { expect, test } from "bun:test";
import type { Clock } from "../../src/base/clock.ts";
import { systemClock } from "../../src/base/clock.ts";
import { ConfigFolder, loadDeps } from "../support/config-folder.ts";

const SOURCE = `{ provider: "custom", verify: "none" }`;

test("a configuration imports longstop, its own modules and its own packages", async () => {
  using folder = new ConfigFolder();
  folder.write({
    "node_modules/names/package.json": `{ "name": "names", "version": "1.0.0", "main": "index.js" }`,
    "node_modules/names/index.js": `module.exports = { prefix: "from-package" };`,
    "lib/handler.ts": `import { type OnEvent, Type } from "longstop";
      export const schema = Type.Object({ id: Type.String() });
      export const handle: OnEvent = (_event, ctx) => ctx.skip("no");`,
    "longstop.config.ts": `import { defineConfig, env } from "longstop";
      import names from "names";
      import { handle, schema } from "./lib/handler.ts";
      export default defineConfig({
        publicUrl: \`https://\${env("HOST")}/base\`,
        sources: { [names.prefix]: { provider: "custom", verify: "none", onEvent: handle, schemas: { paid: schema } } },
      });`,
  });
  const { settings } = await folder.load({ HOST: "hooks.example.com" });
  expect(settings.publicUrl).toBe("https://hooks.example.com/base");
  expect(settings.sources["from-package"]).toMatchObject({ handler: true, schemas: ["paid"] });
  expect(settings.configPath).toBe(folder.config);
  expect(settings.dataDir).toBe(`${folder.path}/data`);
});

test("each load sees imported modules as they are now", async () => {
  using folder = new ConfigFolder();
  folder.write({
    "name.ts": `export const name = "before";`,
    "longstop.config.ts": `import { name } from "./name.ts"; export default { sources: { [name]: ${SOURCE} } };`,
  });
  expect(Object.keys((await folder.load()).settings.sources)).toEqual(["before"]);
  folder.write({ "name.ts": `export const name = "after";` });
  expect(Object.keys((await folder.load()).settings.sources)).toEqual(["after"]);
});

test("a load reads the environment it is given and no other", async () => {
  using folder = new ConfigFolder();
  folder.write({
    "longstop.config.ts": `import { env } from "longstop"; export default { sources: {}, dataDir: env("WHERE") };`,
  });
  expect((await folder.load({ WHERE: "/a" })).settings.dataDir).toBe("/a");
  expect((await folder.load({ WHERE: "/a", LONGSTOP_DATA: "/b" })).settings.dataDir).toBe("/b");
  const missing = await folder.tryLoad();
  expect(missing.ok ? [] : missing.error.map((fault) => fault.path)).toEqual(["dataDir"]);
});

test("what a preset may have to fetch is known where the configuration is checked", async () => {
  using folder = new ConfigFolder();
  folder.write({
    "longstop.config.ts": `export default { sources: { a: { provider: "fetching", secrets: ["s"], verify: { whenUnavailable: "reject" } }, b: { provider: "fetching", secrets: ["s"] } } };`,
  });
  const { sources } = (await folder.load()).settings;
  expect([sources["a"]?.whenUnavailable, sources["b"]?.whenUnavailable]).toEqual([
    "reject",
    "hold",
  ]);
});

test("warnings come beside the settings", async () => {
  using folder = new ConfigFolder();
  folder.write({
    "longstop.config.ts": `export default { sources: {}, dedupe: "1h" };`,
  });
  expect((await folder.load()).warnings.map((warning) => warning.path)).toEqual(["dedupe"]);
});

test("a slip in the syntax is a fault with file, line and column", async () => {
  using folder = new ConfigFolder();
  const [fault] = await folder.faults("export default {\n  sources: { a b },\n};\n");
  expect(fault?.where).toEqual({ file: folder.config, line: 2, column: 16 });
  expect(fault?.message).toStartWith("cannot be read: ");
});

test("an import that leads nowhere is a fault that names it", async () => {
  using folder = new ConfigFolder();
  const [file] = await folder.faults(`import x from "./gone.ts";\nexport default x;`);
  expect(file?.message).toBe('imports "./gone.ts", which is not there');
  expect(file?.where?.file).toBe(folder.config);
  const [pack] = await folder.faults(`import x from "no-such-package";\nexport default x;`);
  expect(pack?.message).toBe('imports "no-such-package", which is not there');
  expect(pack?.allowed).toContain("an installed package");
});

test("a module that throws is a fault at its line, with what it asked for in vain", async () => {
  using folder = new ConfigFolder();
  folder.write({
    "lib.ts": `import { env } from "longstop";
      const port = env("PORT_OF_IT");
      if (!/^\\d+$/.test(port)) throw new RangeError("no port");
      export const x = 1;`,
  });
  const [fault, missing] = await folder.faults(
    `import { x } from "./lib.ts"; export default { x };`,
  );
  expect(fault?.message).toBe("was stopped by an error: RangeError: no port");
  expect(fault?.where).toMatchObject({ file: `${folder.path}/lib.ts`, line: 3 });
  expect(missing?.message).toBe("the environment variable PORT_OF_IT is not set");
});

test("a file without a default export, or with one that is no object, is a fault", async () => {
  using folder = new ConfigFolder();
  expect((await folder.faults("export const config = {};"))[0]?.given).toBe("exports: config");
  expect((await folder.faults("export default () => ({});"))[0]?.given).toBe(
    "a default export that is function",
  );
  expect((await folder.faults("export default null;"))[0]?.message).toContain("must export");
  expect(await folder.faults("export default Promise.resolve({ sources: {} });")).toEqual([]);
});

test("a file that is not there, or a folder in its place, is a fault", async () => {
  using folder = new ConfigFolder();
  const missing = await folder.tryLoad();
  expect(missing.ok ? "" : missing.error[0]?.message).toBe("there is no such file");
  folder.write({ "longstop.config.ts/inside.ts": "" });
  const wrong = await folder.tryLoad();
  expect(wrong.ok ? "" : wrong.error[0]?.message).toBe("is not a file");
});

test("a configuration that ends its process is a fault that shows what it printed", async () => {
  using folder = new ConfigFolder();
  const [fault] = await folder.faults(
    `console.error("no licence"); process.exit(3); export default {};`,
  );
  expect(fault?.message).toBe(
    "could not be evaluated: the process that tried ended with exit code 3",
  );
  expect(fault?.given).toBe("no licence");
});

test("a configuration that would talk over the channel finds none", async () => {
  using folder = new ConfigFolder();
  expect(await folder.faults(`process.send?.("hi"); export default { sources: {} };`)).toEqual([]);
});

test("an answer that is not one of ours is a fault", async () => {
  using folder = new ConfigFolder();
  for (const answer of [
    `"hi"`,
    "null",
    `{ longstop: "settings" }`,
    `{ longstop: "faults", faults: [] }`,
  ]) {
    folder.write({ "chatter.ts": `process.send(${answer}); await new Promise(() => {});` });
    const command = () => [process.execPath, `${folder.path}/chatter.ts`];
    const [fault] = await folder.faults("export default {};", { ...loadDeps, command });
    expect(fault?.message).toBe("could not be evaluated: the process that tried answered nonsense");
  }
});

test("what a configuration left running does not hold up the answer", async () => {
  using folder = new ConfigFolder();
  expect(
    await folder.faults(
      `setInterval(() => {}, 1000); Bun.serve({ port: 0, fetch: () => new Response() }); export default { sources: {} };`,
    ),
  ).toEqual([]);
});

test("a process that a configuration started, and that holds its output open, holds nothing up", async () => {
  using folder = new ConfigFolder();
  const faults = await folder.faults(
    `Bun.spawn(["sleep", "3"], { stdout: "inherit", stderr: "inherit" }); process.exit(4); export default {};`,
  );
  expect(faults[0]?.message).toContain("ended with exit code 4");
}, 2_000);

test("a configuration that never comes to an end is cut off and a fault", async () => {
  using folder = new ConfigFolder();
  const hang = { ...loadDeps, clock: impatient() };
  expect(
    (await folder.faults("await new Promise(() => {}); export default {};", hang))[0]?.message,
  ).toContain("not evaluated within 20 s");
  expect((await folder.faults("for (;;) {}", hang))[0]?.message).toContain(
    "not evaluated within 20 s",
  );
});

test("a program that is not there is a fault, not an exception", async () => {
  using folder = new ConfigFolder();
  const deps = { ...loadDeps, command: () => ["/no/such/program"] };
  expect((await folder.faults("export default {};", deps))[0]?.message).toContain(
    "could not be started",
  );
});

/** Twenty seconds pass in a fifth of one. */
function impatient(): Clock {
  return { ...systemClock, after: (delayMs, fire) => systemClock.after(delayMs / 100, fire) };
}

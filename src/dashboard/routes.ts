import { type AnyElysia, Elysia } from "elysia";
import { problem } from "../base/problems.ts";
import { send } from "./answer.ts";
import { type StaticFile, staticFiles } from "./files.ts";
import { pages } from "./pages.ts";

/** First parts of the pages' addresses; which page it is, the script finds out. */
export const SECTIONS = [
  "events",
  "connections",
  "dead-letters",
  "sources",
  "quarantine",
  "replays",
  "endpoints",
  "deliveries",
  "sweeps",
  "keys",
] as const;

/** The dashboard's pages and what they are made of. All data comes from the API, which asks for a login. */
export function dashboardRoutes(): AnyElysia {
  const app = new Elysia({ name: "dashboard" });
  const files = once(async () => staticFiles(await pages()));
  const page = async ({ request }: { request: Request }): Promise<Response> =>
    send((await files())[0], request);
  app.get("/", page);
  for (const section of SECTIONS) {
    app.get(`/${section}`, page);
    app.get(`/${section}/*`, page);
  }
  app.get("/assets/*", async ({ request, path }) => {
    const file = (await files()).find((own) => own.keeps && own.path === path);
    return file === undefined ? problem("not_found") : send(file, request);
  });
  return app;
}

type Files = readonly [StaticFile, ...StaticFile[]];

function once(make: () => Promise<Files>): () => Promise<Files> {
  let made: Promise<Files> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

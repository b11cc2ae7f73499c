import { Type } from "@sinclair/typebox";
import { json } from "../answers.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { html } from "../html.ts";
import { noQuery } from "../schemas.ts";
import { openApiDocument } from "./document.ts";

/** The description of `endpoints`, and of itself. */
export function openApiEndpoints(
  endpoints: readonly Endpoint[],
  version: string,
): readonly Endpoint[] {
  const all = [...endpoints];
  const document = (): Response => json(openApiDocument(all, version));
  const page = (): Response => html("Longstop API", table(all));
  const own = [
    at("/openapi", (request) => (wantsPage(request) ? page() : document())),
    at("/openapi.json", document),
  ];
  all.push(...own);
  return own;
}

const at = (path: string, answer: (request: Request) => Response): Endpoint =>
  endpoint({
    method: "GET",
    path,
    scope: "open",
    summary: "Describe this API",
    query: noQuery,
    body: null,
    answers: {
      200: {
        description: "OpenAPI 3.1",
        schema: Type.Object({ openapi: Type.String(), paths: Type.Object({}) }),
      },
    },
    problems: [],
    handle: ({ request }) => answer(request),
  });

/** A browser asks for HTML by name; programs take anything, and get JSON. */
const wantsPage = (request: Request): boolean =>
  (request.headers.get("accept") ?? "").includes("text/html");

function table(endpoints: readonly Endpoint[]): string {
  const rows = endpoints.map(({ method, path, summary, scope, query, body }) => {
    const inputs = [
      ...Object.keys(query.properties).map((name) => `?${name}`),
      ...Object.keys(body?.properties ?? {}),
    ];
    const cells = [`<code>${method} ${path}</code>`, summary, inputs.join(", "), scope];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return `<h1>Longstop API</h1>
<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
<table><thead><tr><th>operation</th><th>does</th><th>takes</th><th>scope</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>`;
}

import type { TSchema } from "@sinclair/typebox";
import { PROBLEMS } from "../../base/problem-table.ts";
import type { ProblemCode } from "../../base/problems.ts";
import type { Endpoint } from "../endpoint.ts";
import { ProblemView } from "../schemas.ts";
import { Components } from "./components.ts";

type Json = Readonly<Record<string, unknown>>;

/** OpenAPI 3.1 of the endpoints, from the very schemas that validate their requests. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): Json {
  const components = new Components();
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of endpoints) {
    const operations = paths[endpoint.path] ?? {};
    operations[endpoint.method.toLowerCase()] = operation(endpoint, components);
    paths[endpoint.path] = operations;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Longstop",
      version,
      description:
        "Operators' API of a webhook inbox. Lists include whatever was acknowledged before the request began. Times are ISO 8601 in UTC. Errors are RFC 9457 problems.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: { key: { type: "http", scheme: "bearer", bearerFormat: "lsk_…" } },
    },
  };
}

function operation(endpoint: Endpoint, components: Components): Json {
  const body = endpoint.body;
  return {
    operationId: operationId(endpoint),
    summary: endpoint.summary,
    tags: [tag(endpoint.path)],
    security: needsKey(endpoint) ? [{ key: [scopeOf(endpoint)] }] : [],
    parameters: parameters(endpoint, components),
    ...(body && {
      requestBody: {
        required: (body.required ?? []).length > 0,
        content: { "application/json": { schema: components.refer(body) } },
      },
    }),
    responses: responses(endpoint, components),
  };
}

function parameters(endpoint: Endpoint, components: Components): Json[] {
  const inPath = endpoint.params.map((name) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(endpoint.query.properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: endpoint.query.required?.includes(name) ?? false,
    ...(schema.description && { description: schema.description }),
    schema: components.refer(schema),
  }));
  return [...inPath, ...inQuery];
}

function responses(endpoint: Endpoint, components: Components): Json {
  const all: Record<string, Json> = {};
  for (const [status, { description, schema, mediaType }] of Object.entries(endpoint.answers)) {
    all[status] = { description, ...content(schema, mediaType, components) };
  }
  for (const [status, codes] of problemsByStatus(endpoint)) {
    const description = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join("; ");
    all[status] = { description, ...content(ProblemView, "application/problem+json", components) };
  }
  return all;
}

function content(
  schema: TSchema | null,
  mediaType: string | undefined,
  components: Components,
): Json {
  if (schema === null && mediaType === undefined) return {};
  const described = schema === null ? {} : { schema: components.refer(schema) };
  return { content: { [mediaType ?? "application/json"]: described } };
}

function problemsByStatus(endpoint: Endpoint): Map<number, ProblemCode[]> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...shared(endpoint), ...endpoint.problems])) {
    const status = PROBLEMS[code].status;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

/** What login, validation and the journal answer with, whatever the endpoint. */
function shared(endpoint: Endpoint): readonly ProblemCode[] {
  const login: readonly ProblemCode[] = needsKey(endpoint)
    ? ["unauthorized", "forbidden", "too_many_requests"]
    : [];
  const writing: readonly ProblemCode[] =
    endpoint.method === "GET" ? [] : ["overloaded", "disk_full", "unavailable", "draining"];
  const body: readonly ProblemCode[] =
    endpoint.body === null ? [] : ["malformed_body", "body_too_large", "unsupported_media_type"];
  return ["invalid_parameter", ...login, ...body, ...writing];
}

const scopeOf = ({ scope }: Endpoint): string => (scope === "pull" ? "pull:{id}" : scope);

const needsKey = ({ scope }: Endpoint): boolean => scope !== "public" && scope !== "open";

/** `GET /v1/events/{id}` → `getEventsId`: stable, unique, and a valid name in every language. */
function operationId({ method, path }: Endpoint): string {
  const parts = path.split(/[^a-z0-9]+/i).filter((part) => part !== "" && part !== "v1");
  return (
    method.toLowerCase() + parts.map((part) => part[0]?.toUpperCase() + part.slice(1)).join("")
  );
}

const tag = (path: string): string =>
  path.startsWith("/v1/") ? (path.split("/")[2] ?? "") : "status";

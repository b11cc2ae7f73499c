import type { Inbound } from "../provider.ts";

/** One part of what is signed. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "body" | "url" | "path" | "method" };

const PLACEHOLDER = /\{(?:(body|url|path|method)|header:([^{}\s]+))\}/g;

/**
 * Takes a template such as `{header:x-timestamp}.{body}` apart. `{url}` is the full public URL,
 * `{path}` goes without the query; any other brace is literal text.
 */
export function parseTemplate(template: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    if (match.index > end) parts.push({ kind: "text", text: template.slice(end, match.index) });
    end = match.index + match[0].length;
    const [, name, header] = match;
    if (header !== undefined) parts.push({ kind: "header", name: header.toLowerCase() });
    else parts.push({ kind: name as "body" | "url" | "path" | "method" });
  }
  if (end < template.length) parts.push({ kind: "text", text: template.slice(end) });
  return parts;
}

/** Feeds what is signed to `update`, piece by piece; the name of the header that is absent, else `null`. */
export function feedSigned(
  parts: readonly Part[],
  inbound: Pick<Inbound, "body" | "method" | "url" | "publicUrl" | "header">,
  update: (piece: string | Uint8Array) => void,
): string | null {
  for (const part of parts) {
    if (part.kind === "body") update(inbound.body);
    else if (part.kind === "text") update(part.text);
    else if (part.kind === "header") {
      const value = inbound.header(part.name);
      if (value === null) return part.name;
      update(value);
    } else if (part.kind === "url") update(inbound.publicUrl);
    else update(part.kind === "path" ? withoutQuery(inbound.url) : inbound.method);
  }
  return null;
}

function withoutQuery(url: string): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}

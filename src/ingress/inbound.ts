import type { Millis } from "../base/clock.ts";
import { isXmlType, mediaTypeOf, parseMedia } from "../base/media.ts";
import { err, type Result } from "../base/result.ts";
import type { Inbound, MalformedBody } from "../providers/provider.ts";
import type { Source } from "./sources.ts";

/** A request with its body, as presets see it. Everything dear is worked out when first asked for. */
export class Arrived implements Inbound {
  readonly method: string;
  readonly url: string;
  readonly body: Uint8Array;
  readonly receivedAt: Millis;
  readonly peer: string;
  readonly mediaType: string;
  readonly #headers: Headers;
  readonly #source: Source;
  #parsed: Result<unknown, MalformedBody> | null = null;

  constructor(
    request: Pick<Request, "method" | "url" | "headers">,
    body: Uint8Array,
    source: Source,
    receivedAt: Millis,
    peer: string,
  ) {
    this.peer = peer;
    this.method = request.method;
    this.url = pathAndQuery(request.url);
    this.body = body;
    this.receivedAt = receivedAt;
    this.#headers = request.headers;
    this.#source = source;
    this.mediaType = mediaTypeOf(request.headers.get("content-type"));
  }

  header(name: string): string | null {
    return this.#headers.get(name);
  }

  get publicUrl(): string {
    const base = this.#source.publicUrl;
    return base === null
      ? `http://${this.header("host") ?? "localhost"}${this.url}`
      : base + this.url;
  }

  parsed(): Result<unknown, MalformedBody> {
    this.#parsed ??= this.#parse();
    return this.#parsed;
  }

  #parse(): Result<unknown, MalformedBody> {
    const plain = this.mediaType.startsWith("text/") && !isXmlType(this.mediaType);
    if (plain && !this.#source.takesText) {
      return err({
        code: "unsupported_media_type",
        detail: "The Content-Type is neither JSON, a form nor XML: it is text.",
      });
    }
    return parseMedia(this.body, this.mediaType);
  }
}

/** `http://host/in/a?b` → `/in/a?b`. With an odd `Host`, the runtime gives the path alone. */
export function pathAndQuery(url: string): string {
  if (url.startsWith("/")) return url;
  const host = url.indexOf("//");
  const start = url.indexOf("/", host < 0 ? 0 : host + 2);
  return start < 0 ? "/" : url.slice(start);
}

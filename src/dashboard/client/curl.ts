/** What a connection adds by itself, or what would be wrong for a request that is sent again. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "connection",
  "accept-encoding",
  "transfer-encoding",
  "content-encoding",
  "expect",
]);

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A command that sends the request again, byte for byte; credentials that are hidden here are left for the reader. */
export function curlOf({ method, url, headers, body }: Sent): string {
  const kept = Object.entries(headers).filter(([name]) => !LEFT_OUT.has(name.toLowerCase()));
  const lines = kept.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const text = textOf(body);
  const first = `curl -X ${method.replace(/[^A-Z]/gi, "")} ${quoted(url)}`;
  if (body.length === 0) return [first, ...lines].join(" \\\n  ");
  if (text !== null) return [first, ...lines, `--data-binary ${quoted(text)}`].join(" \\\n  ");
  const source = `printf %s ${quoted(base64(body))} | base64 -d | `;
  return source + [first, ...lines, "--data-binary @-"].join(" \\\n  ");
}

/** For a POSIX shell: nothing inside single quotes means anything but its end. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A shell takes no NUL, and curl would read a file where the text begins with `@`. */
function textOf(body: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    return text.includes("\0") || text.startsWith("@") ? null : text;
  } catch {
    return null; // No UTF-8: sent as base64.
  }
}

function base64(body: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < body.length; start += 8_192)
    binary += String.fromCharCode(...body.subarray(start, start + 8_192));
  return btoa(binary);
}

import { parse, stringify } from "node:querystring";
import { err, ok } from "../../base/result.ts";
import type { Inbound } from "../provider.ts";
import { anyEqual, encoded, type HmacKey, hmacKeys } from "./hmac.ts";
import { failed, type Scheme } from "./scheme.ts";

const HEADER = "x-twilio-signature";
const FORM = "application/x-www-form-urlencoded";

/**
 * HMAC-SHA1 over the URL and the form's fields, sorted; of any other body over the URL alone, which then
 * has to hold the body's hash. The URL is tried with and without its port, and with its query as older
 * libraries write it, as Twilio's own library does.
 *
 * Source: twilio-node 6.2.0, src/webhooks/webhooks.ts.
 */
export function openTwilio(secrets: readonly string[]): Scheme {
  const keys = secrets.flatMap((secret) => hmacKeys("sha1", Buffer.from(secret), secret));
  return {
    verify(inbound) {
      const header = inbound.header(HEADER);
      if (!header) return failed("signature_missing", `${HEADER} is absent.`);
      const hash = bodyHashIn(inbound.url);
      const form = inbound.mediaType === FORM;
      if (hash === null && !form) {
        return failed(
          "signature_mismatch",
          "Neither a form nor a bodySHA256: the body is not signed.",
        );
      }
      if (hash !== null && !anyEqual(sha256(inbound.body), [hash.toLowerCase()])) {
        return failed("signature_mismatch", "bodySHA256 is not the body's hash.");
      }
      const fields = hash === null ? fieldsText(inbound.body) : "";
      const given = [header.replace(/={1,2}$/, "")];
      for (const key of keys) {
        if (matches(key, inbound, fields, given)) {
          return ok({ scheme: "twilio", fingerprint: key.fingerprint });
        }
      }
      return failed(
        "signature_mismatch",
        `${HEADER} was not made over this URL and these fields with a known token; publicUrl has to be what Twilio calls.`,
      );
    },
    sign({ url, body }) {
      const key = keys[0];
      if (key === undefined) return err("The source has no secret to sign with.");
      return ok({
        [HEADER]: key
          .start()
          .update(url + fieldsText(body))
          .digest("base64"),
      });
    },
  };
}

function matches(key: HmacKey, { publicUrl }: Inbound, fields: string, given: string[]): boolean {
  let equal = false;
  for (const url of formsOf(publicUrl)) {
    const expected = encoded(key.start().update(url + fields), "base64");
    if (anyEqual(expected, given)) equal = true;
  }
  return equal;
}

/** Each field's name and value, sorted by name; of a repeated one the different values, sorted. */
function fieldsText(body: Uint8Array): string {
  const fields = new Map<string, Set<string>>();
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  for (const [name, value] of new URLSearchParams(text)) {
    const values = fields.get(name);
    if (values === undefined) fields.set(name, new Set([value]));
    else values.add(value);
  }
  return [...fields.keys()]
    .sort()
    .flatMap((name) => [...(fields.get(name) ?? [])].sort().map((value) => name + value))
    .join("");
}

const ORIGIN = /^(https?):\/\/([^/?#]*)/i;

/** The forms of one URL that Twilio may have signed. */
function formsOf(url: string): ReadonlySet<string> {
  const forms = new Set<string>();
  for (const each of [url, withOldQuery(url)]) {
    forms.add(each.replace(ORIGIN, (_, scheme, host) => `${scheme}://${withoutPort(host)}`));
    forms.add(each.replace(ORIGIN, (_, scheme, host) => `${scheme}://${withPort(host, scheme)}`));
  }
  return forms;
}

const withoutPort = (host: string): string => host.replace(/:\d*$/, "");

function withPort(host: string, scheme: string): string {
  if (/:\d+$/.test(host)) return host;
  return `${host}:${scheme.toLowerCase() === "https" ? 443 : 80}`;
}

function withOldQuery(url: string): string {
  const start = url.indexOf("?");
  return start < 0 ? url : `${url.slice(0, start)}?${stringify(parse(url.slice(start + 1)))}`;
}

function bodyHashIn(url: string): string | null {
  const start = url.indexOf("?");
  return start < 0 ? null : new URLSearchParams(url.slice(start)).get("bodySHA256");
}

const sha256 = (bytes: Uint8Array): string => Bun.SHA256.hash(bytes, "hex");

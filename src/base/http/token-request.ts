import { err, ok, type Result } from "../result.ts";
import type { Answer, AskFaultCode, HttpClient } from "./client.ts";

/** How the client says who it is: by HTTP Basic, or in the form. */
export type ClientAuthentication = "header" | "form";

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | null;
  readonly audience: string | null;
}

export interface TokenFault {
  /** `token_refused`: the token server answered, and gave no usable token. */
  readonly code: AskFaultCode | "token_refused";
  /** A sentence that names the token server and the remedy, without secrets. */
  readonly detail: string;
}

export interface Issued {
  readonly token: string;
  /** How long it is good for from now, ms. */
  readonly lifeMs: number;
  /** How the token server took the credentials, to be tried first the next time. */
  readonly authentication: ClientAuthentication;
}

const TIMEOUT_MS = 10_000;
const BODY_BYTES_MAX = 64 * 2 ** 10;
/** What a token is good for when its server does not say. */
const LIFE_MS_DEFAULT = 5 * 60_000;
const LIFE_MS_MAX = 24 * 60 * 60_000;

/**
 * Asks for a token, and once more in the other way when the server refuses the first: every server must take
 * HTTP Basic (RFC 6749, section 2.3.1), but some are set to take the form alone. Never both in one request.
 */
export async function requestToken(
  client: HttpClient,
  credentials: ClientCredentials,
  first: ClientAuthentication,
): Promise<Result<Issued, TokenFault>> {
  const issued = await requestOnce(client, credentials, first);
  if (issued.ok || !issued.error.otherWay) return issued;
  return requestOnce(client, credentials, first === "header" ? "form" : "header");
}

interface Refusal extends TokenFault {
  readonly otherWay: boolean;
}

async function requestOnce(
  client: HttpClient,
  credentials: ClientCredentials,
  authentication: ClientAuthentication,
): Promise<Result<Issued, Refusal>> {
  const { tokenUrl, clientId, clientSecret, scope, audience } = credentials;
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (scope !== null) form.set("scope", scope);
  if (audience !== null) form.set("audience", audience);
  const headers: Record<string, string> = {
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  };
  if (authentication === "header") {
    const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
    headers["authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
  } else {
    form.set("client_id", clientId);
    form.set("client_secret", clientSecret);
  }
  const answer = await client.ask({
    url: tokenUrl,
    method: "POST",
    headers,
    body: form.toString(),
    timeoutMs: TIMEOUT_MS,
    bodyBytesMax: BODY_BYTES_MAX,
    whenLonger: "fail",
  });
  if (!answer.ok) return err({ ...answer.error, otherWay: false });
  return issuedBy(answer.value, URL.parse(tokenUrl)?.host ?? "the token server", authentication);
}

function issuedBy(
  { status, body }: Answer,
  host: string,
  authentication: ClientAuthentication,
): Result<Issued, Refusal> {
  if (status !== 200) {
    const otherWay = status === 400 || status === 401;
    const detail = `${host} answered ${status} to the request for a token: check client id, secret, scope and audience.`;
    return err({ code: "token_refused", detail, otherWay });
  }
  const { access_token: token, token_type: type, expires_in: expires } = fieldsOf(body);
  // What goes into a header must be of its alphabet (RFC 6750, section 2.1, read generously).
  const usable = typeof token === "string" && /^[\x21-\x7e]{1,16384}$/.test(token);
  if (!usable || (type !== undefined && !/^bearer$/i.test(String(type)))) {
    const detail = `${host} answered without a bearer token: check that it is a token URL for client credentials.`;
    return err({ code: "token_refused", detail, otherWay: false });
  }
  return ok({ token, lifeMs: lifeMs(expires), authentication });
}

function lifeMs(expiresIn: unknown): number {
  if (expiresIn === undefined || expiresIn === null) return LIFE_MS_DEFAULT;
  const seconds = Number(expiresIn);
  return seconds > 0 ? Math.min(seconds * 1_000, LIFE_MS_MAX) : 0;
}

function fieldsOf(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** As `application/x-www-form-urlencoded`, which RFC 6749 wants inside of Basic. */
const formEncoded = (text: string): string =>
  new URLSearchParams({ "": text }).toString().slice("=".length);

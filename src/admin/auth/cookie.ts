import { AGE_MS_MAX } from "./sessions.ts";

/**
 * The cookie that holds a session's token. Cookies are shared by all ports of a host, so that its name
 * bears the port: two of us on one machine do not log each other out.
 */
export const cookieName = (port: number): string => `longstop_${port}`;

/** The token that a request bears, if any. */
export function tokenOf(request: Request, port: number): string | null {
  const name = cookieName(port);
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [own, value] = pair.trim().split("=", 2);
    if (own === name && value !== undefined && value !== "") return value;
  }
  return null;
}

/** Out of scripts' reach, and sent by no request that another site causes. */
export function keepCookie(request: Request, port: number, token: string): string {
  return `${cookieName(port)}=${token}; Max-Age=${AGE_MS_MAX / 1_000}; ${attributes(request)}`;
}

export function dropCookie(request: Request, port: number): string {
  return `${cookieName(port)}=; Max-Age=0; ${attributes(request)}`;
}

/** `Secure` where the browser came by https, perhaps to a proxy: over plain http it would drop the cookie. */
function attributes(request: Request): string {
  const secure =
    request.headers.get("x-forwarded-proto") === "https" || request.url.startsWith("https:");
  return `Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}

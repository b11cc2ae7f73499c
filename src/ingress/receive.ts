import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Counter } from "../base/metrics.ts";
import { problem } from "../base/problems.ts";
import { type Journal, JournalRefused } from "../journal/journal.ts";
import type { HandshakeReply } from "../providers/provider.ts";
import { admit, closing, REFUSALS, unread, wrongMethod } from "./admit.ts";
import { readBody } from "./body.ts";
import type { BodyFault } from "./body-fault.ts";
import type { BodyRoom } from "./body-room.ts";
import { intakeOf } from "./enter.ts";
import { Arrived } from "./inbound.ts";
import { Lease } from "./lease.ts";
import { addressed, hint, type Onward, onward } from "./onward.ts";
import type { Quarantine } from "./quarantine.ts";
import { receipt } from "./receipt.ts";
import { refusedUnread } from "./refused-unread.ts";
import type { Source, SourceTable } from "./sources.ts";

export interface ReceiveDeps extends Onward {
  readonly sources: SourceTable;
  readonly journal: Journal;
  readonly room: BodyRoom;
  /** What becomes of a request that is not verified. */
  readonly quarantine: Pick<Quarantine, "unproven">;
  /** Counts requests by source and status, where somebody wants to know. */
  readonly requests?: Counter;
  readonly clock: Clock;
  readonly log: Log;
  draining(): boolean;
}

/**
 * Takes one webhook request from its arrival to its receipt. `peer` is the address that it came from.
 * Never rejects: whatever breaks on our side is logged and answered with a 503, so that the sender tries again.
 */
export async function receive(
  request: Request,
  peer: string,
  sourceName: string,
  deps: ReceiveDeps,
): Promise<Response> {
  let response: Response;
  let lease: Lease | null = null;
  try {
    const source = deps.sources.find(sourceName);
    if (source === null) return counted(unread(request, problem("unknown_source")), "", deps);
    const refused = () => refusedUnread(request, source, deps.clock.now(), peer);
    lease = new Lease(deps.room, request, refused);
    response = await take(request, peer, source, lease, deps);
  } catch (error) {
    response =
      error instanceof JournalRefused
        ? problem(REFUSALS[error.code])
        : broken(error, sourceName, deps);
  } finally {
    lease?.end();
  }
  return counted(response, sourceName, deps);
}

/** `label`: empty for a name that nobody configured, which is the sender's to choose. */
function counted(response: Response, label: string, deps: ReceiveDeps): Response {
  deps.requests?.add([label, String(response.status)]);
  return response;
}

/** The story: each step answers by itself when the road ends there. */
async function take(
  request: Request,
  peer: string,
  source: Source,
  lease: Lease,
  deps: ReceiveDeps,
): Promise<Response> {
  const headers = [...request.headers];
  const refused = admit(request, headers, source, deps);
  if (refused !== null) return unread(request, refused);
  const reading = readBody(request, bytesMaxOf(request, source), deps.clock, lease);
  const body = reading instanceof Promise ? await reading : reading;
  if (!body.ok) return unreadable(body.error);
  if (body.value.byteLength > TURN_BYTES_MIN) await deps.room.turn();
  const inbound = new Arrived(request, body.value, source, deps.clock.now(), peer);
  const challenging = challengeIn(inbound, source);
  const challenge = challenging instanceof Promise ? await challenging : challenging;
  if (challenge !== null) return exact(challenge);
  if (request.method !== "POST") return options(request, source);
  const verifying = source.provider.verify(inbound);
  const proof = verifying instanceof Promise ? await verifying : verifying;
  if (!proof.ok) return deps.quarantine.unproven(inbound, headers, source, proof.error);
  noteSecret(proof.value.fingerprint, source, inbound, deps);
  const split = intakeOf(inbound, source, headers);
  if ("code" in split) return problem(split.code, split.detail);
  if (split.events.length === 0) return receipt(source.provider.acceptedStatus, []);
  const intake = addressed(split, source, inbound, deps.fanOut);
  const appended = await deps.journal.append(intake);
  onward(intake, appended, deps);
  hint(intake, source, deps);
  const own = source.provider.reply?.(inbound) ?? null;
  return own === null ? receipt(source.provider.acceptedStatus, appended) : exact(own);
}

/** Hashing or parsing more than this takes milliseconds, and waits for a turn of its own. */
const TURN_BYTES_MIN = 2 ** 20;

/** Only what is posted may be large. */
function bytesMaxOf({ method }: Request, { bodyBytesMax }: Source): number {
  return method === "POST" ? bodyBytesMax : Math.min(bodyBytesMax, LIMITS.BODY_BYTES_SMALL);
}

/** No challenge is large: of a large body nothing is parsed before it is verified. */
function challengeIn(inbound: Arrived, { provider }: Source) {
  if (inbound.body.byteLength > LIMITS.BODY_BYTES_SMALL) return null;
  return provider.handshake?.(inbound) ?? null;
}

function unreadable(fault: BodyFault): Response {
  if (fault.code === "aborted") return closing("malformed_body", fault.detail);
  if (fault.code === "unsupported_media_type" || fault.code === "malformed_body") {
    return problem(fault.code, fault.detail, { "accept-encoding": "gzip, deflate, br" });
  }
  return closing(fault.code, fault.detail);
}

/** An answer that the provider demands to the letter. */
function exact({ status, headers, body }: HandshakeReply): Response {
  return new Response(status === 204 ? null : body, { status, headers });
}

/** Whatever is no POST and was no handshake: only the question what may be sent has an answer. */
function options(request: Request, source: Source): Response {
  if (request.method !== "OPTIONS") return wrongMethod(source);
  return new Response(null, { status: 204, headers: { allow: source.methods.join(", ") } });
}

function noteSecret(
  fingerprint: string | null,
  source: Source,
  inbound: Arrived,
  deps: ReceiveDeps,
): void {
  if (fingerprint !== null)
    deps.sources.noteSecretUse(source.name, fingerprint, inbound.receivedAt);
}

/** For finding the log line that belongs to an answer: microseconds of two clocks, unique for all that people need. */
const brokenId = (clock: Clock): string =>
  `err_${clock.now().toString(36)}_${Math.round(clock.monotonic() * 1000).toString(36)}`;

function broken(error: unknown, source: string, deps: ReceiveDeps): Response {
  const requestId = brokenId(deps.clock);
  const stack = error instanceof Error ? (error.stack ?? "").slice(0, 2_000) : "";
  deps.log.error("receiving broke", {
    requestId,
    source,
    error: String(error).slice(0, 500),
    stack,
  });
  return problem("internal_error", undefined, { "x-request-id": requestId });
}

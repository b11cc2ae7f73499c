import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { err, ok } from "../base/result.ts";
import { ABORTED, type Body, OVERLOADED, TOO_SLOW, tooLarge } from "./body-fault.ts";
import { readChunks } from "./chunks.ts";
import { inflate } from "./inflate.ts";
import type { Lease } from "./lease.ts";

const { BODY_BYTES_SMALL } = LIMITS;

/**
 * The exact bytes of a body, inflated if need be, never more than `bytesMax` of them in memory, and
 * never more than `BODY_BYTES_SMALL` without the lease's leave. A small body has mostly arrived with its
 * headers: it is answered at once, without a promise. What is not read stays with the sender: the
 * runtime reads ahead only as far as it is asked to.
 */
export function readBody(
  request: Request,
  bytesMax: number,
  clock: Clock,
  lease: Lease,
): Body | Promise<Body> {
  const declared = request.headers.get("content-length");
  if (declared === null && request.body === null) return EMPTY;
  const bytes = declared !== null && Number(declared) >= 0 ? Number(declared) : null;
  if (bytes !== null && bytes > bytesMax) return tooLarge(bytesMax);
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null || bytes === null || bytes > BODY_BYTES_SMALL)
    return readLong(request, bytes, encoding, { bytesMax, clock, lease });
  return lease.small(bytes) ? readSmall(request, bytesMax, clock) : err(OVERLOADED);
}

/** What reading one body is bound to. */
interface Bounds {
  readonly bytesMax: number;
  readonly clock: Clock;
  readonly lease: Lease;
}

const EMPTY: Body = ok(new Uint8Array(0));

/** A body that is large, or may become so. */
async function readLong(
  request: Request,
  declared: number | null,
  encoding: string | null,
  bounds: Bounds,
): Promise<Body> {
  const { bytesMax, lease } = bounds;
  // Both forms are asked for together: who held the one and waited for the other would keep others from both.
  const roomBytes = (declared ?? bytesMax) + (encoding === null ? 0 : bytesMax);
  const fault = await enter(declared, roomBytes, lease);
  if (fault !== null) return err(fault);
  const raw = await arrived(request, declared, roomBytes, bounds);
  if (!raw.ok || encoding === null) return raw;
  return inflate(raw.value, encoding.trim().toLowerCase(), bytesMax, lease);
}

function enter(declared: number | null, roomBytes: number, lease: Lease) {
  if (declared !== null && declared > BODY_BYTES_SMALL) return lease.enlarge(roomBytes);
  return lease.small(BODY_BYTES_SMALL) ? null : OVERLOADED;
}

function arrived(
  request: Request,
  declared: number | null,
  roomBytes: number,
  { bytesMax, clock, lease }: Bounds,
): Body | Promise<Body> {
  if (declared !== null && declared <= BODY_BYTES_SMALL) return readSmall(request, bytesMax, clock);
  if (request.body === null) return EMPTY;
  return readChunks(request.body, { declared, bytesMax, roomBytes, clock, lease });
}

function readSmall(request: Request, bytesMax: number, clock: Clock): Body | Promise<Body> {
  const pending = request.arrayBuffer();
  // Of a rejected promise this is the reason: only bytes are bytes.
  const arrived: unknown = Bun.peek(pending);
  if (arrived instanceof ArrayBuffer) return whole(arrived, bytesMax);
  return withDeadline(pending, bytesMax, clock);
}

function whole(buffer: ArrayBuffer, bytesMax: number): Body {
  return buffer.byteLength > bytesMax ? tooLarge(bytesMax) : ok(new Uint8Array(buffer));
}

function withDeadline(
  pending: Promise<ArrayBuffer>,
  bytesMax: number,
  clock: Clock,
): Promise<Body> {
  return new Promise((resolve) => {
    const cancel = clock.after(LIMITS.BODY_MS_MAX, () => resolve(err(TOO_SLOW)));
    pending.then(
      (buffer) => {
        cancel();
        resolve(whole(buffer, bytesMax));
      },
      () => {
        cancel();
        resolve(err(ABORTED));
      },
    );
  });
}

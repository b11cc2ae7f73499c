import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { Random } from "../../src/base/random.ts";
import { HOSTILE_BODIES, PATHS, TYPES } from "./hostile.ts";
import {
  broken,
  bytesOf,
  chunked,
  type Draft,
  damaged,
  encoded,
  flipped,
  hangUp,
  noise,
  pick,
  pieces,
  slow,
  whole,
  withHeader,
} from "./requests.ts";
import type { Sending } from "./wire.ts";

export interface Mutation {
  readonly name: string;
  make(draft: Draft, random: Random): Sending;
}

export const MUTATIONS: readonly Mutation[] = [
  { name: "as it is", make: (draft) => whole(draft) },
  {
    name: "body: bytes flipped",
    make: (draft, random) => whole({ ...draft, body: flipped(draft.body, random) }),
  },
  {
    name: "body: cut short",
    make: (draft, random) =>
      whole({ ...draft, body: draft.body.slice(0, random.below(draft.body.length)) }),
  },
  {
    name: "body: hostile JSON",
    make: (draft, random) => whole({ ...draft, body: pick(HOSTILE_BODIES, random)() }),
  },
  {
    name: "body: random bytes",
    make: (draft, random) => whole({ ...draft, body: noise(random, random.below(4_096)) }),
  },
  { name: "body: empty", make: (draft) => whole({ ...draft, body: new Uint8Array() }) },
  { name: "body: hangs up inside", make: (draft, random) => hangUp(bytesOf(draft), random) },
  { name: "encoding: right", make: (draft, random) => encoded(draft, pick(CODECS, random)) },
  {
    name: "encoding: broken",
    make: (draft, random) => broken(draft, pick(CODECS, random), random),
  },
  {
    name: "encoding: a bomb",
    make: (draft) => encoded({ ...draft, body: new Uint8Array(40 * 2 ** 20) }, BOMB),
  },
  {
    name: "encoding: unknown",
    make: (draft, random) =>
      whole(
        withHeader(
          draft,
          "content-encoding",
          pick(["zstd2", "gzip, gzip, gzip, gzip", "", "identity", "\u0000"], random),
        ),
      ),
  },
  {
    name: "type: another",
    make: (draft, random) => whole(withHeader(draft, "content-type", pick(TYPES, random))),
  },
  { name: "headers: one damaged", make: (draft, random) => whole(damaged(draft, random)) },
  {
    name: "headers: one missing",
    make: (draft, random) =>
      whole({
        ...draft,
        headers: draft.headers.filter((_, index) => index !== random.below(draft.headers.length)),
      }),
  },
  {
    name: "headers: one twice",
    make: (draft, random) =>
      whole({ ...draft, headers: [...draft.headers, pick(draft.headers, random)] }),
  },
  {
    name: "headers: many",
    make: (draft, random) =>
      whole({
        ...draft,
        headers: [
          ...draft.headers,
          ...Array.from({ length: random.below(400) }, (_, index): [string, string] => [
            `x-${index}`,
            "y",
          ]),
        ],
      }),
  },
  {
    name: "headers: one large",
    make: (draft, random) =>
      whole({
        ...draft,
        headers: [...draft.headers, ["x-large", "y".repeat(random.below(100_000))]],
      }),
  },
  {
    name: "length: wrong",
    make: (draft, random) =>
      pieces(
        bytesOf(draft, [
          [
            "content-length",
            pick(["0", "1", "-1", "99999999999999999999", "1e3", "0x10", "1, 2"], random),
          ],
        ]),
      ),
  },
  { name: "chunks", make: (draft) => pieces(chunked(draft, false)) },
  { name: "chunks: broken", make: (draft) => pieces(chunked(draft, true)) },
  {
    name: "both lengths",
    make: (draft) =>
      pieces(
        bytesOf(draft, [
          ["content-length", "3"],
          ["transfer-encoding", "chunked"],
        ]),
      ),
  },
  {
    name: "path: another",
    make: (draft, random) => whole({ ...draft, path: pick(PATHS, random) }),
  },
  {
    name: "method: another",
    make: (draft, random) =>
      whole({
        ...draft,
        method: pick(
          ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "CONNECT", "BREW", "post"],
          random,
        ),
      }),
  },
  { name: "head: bytes flipped", make: (draft, random) => pieces(flipped(bytesOf(draft), random)) },
  { name: "slow", make: (draft, random) => slow(bytesOf(draft), random) },
];

const BOMB = { name: "gzip", encode: memoized(gzipSync) } as const;
const CODECS = [
  { name: "gzip", encode: gzipSync },
  { name: "deflate", encode: deflateSync },
  { name: "br", encode: brotliCompressSync },
] as const;

/** The bomb is the same each time, and takes a while to make. */
function memoized(encode: (body: Uint8Array) => Uint8Array): (body: Uint8Array) => Uint8Array {
  let made: Uint8Array | undefined;
  return (body) => {
    made ??= encode(body);
    return made;
  };
}

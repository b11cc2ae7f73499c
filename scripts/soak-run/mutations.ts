import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { Random } from "../../src/base/random.ts";
import type { Posting } from "../demo-run/postings.ts";
import { HOSTILE_BODIES, PATHS, TYPES } from "./hostile.ts";
import type { Sending } from "./wire.ts";

/** A request in parts, before it becomes bytes. */
export interface Draft {
  method: string;
  path: string;
  headers: [string, string][];
  body: Uint8Array;
}

export interface Mutation {
  readonly name: string;
  make(draft: Draft, random: Random): Sending;
}

const encoder = new TextEncoder();

export async function draftOf(posting: Posting): Promise<Draft> {
  const headers = Object.entries(await posting.headers());
  return {
    method: "POST",
    path: `/in/${posting.source}`,
    headers,
    body: encoder.encode(posting.body),
  };
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
type Codec = { readonly name: string; readonly encode: (body: Uint8Array) => Uint8Array };

const pick = <T>(items: readonly T[], random: Random): T => items[random.below(items.length)] as T;
const noise = (random: Random, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => random.below(256));
const pieces = (bytes: Uint8Array): Sending => ({ pieces: [bytes], pauseMs: 0, hangUp: false });
const whole = (draft: Draft): Sending => pieces(bytesOf(draft));

/** Latin-1, as header bytes travel: what is no ASCII stays one hostile byte. */
const latin1 = (line: string): Uint8Array => Buffer.from(line, "latin1");

function bytesOf(
  draft: Draft,
  instead: readonly (readonly [string, string])[] = [["content-length", String(draft.body.length)]],
): Uint8Array {
  const headers = [
    ["host", "hooks.example.com"],
    ["connection", "close"],
    ...draft.headers,
    ...instead,
  ];
  const head = `${draft.method} ${draft.path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  return Buffer.concat([latin1(head), draft.body]);
}

function withHeader(draft: Draft, name: string, value: string): Draft {
  return { ...draft, headers: [...draft.headers.filter(([own]) => own !== name), [name, value]] };
}

function encoded(draft: Draft, codec: Codec): Sending {
  return whole({
    ...withHeader(draft, "content-encoding", codec.name),
    body: codec.encode(draft.body),
  });
}

function broken(draft: Draft, codec: Codec, random: Random): Sending {
  const body = codec.encode(draft.body);
  const damaged =
    random.below(2) === 0 ? flipped(body, random) : body.slice(0, random.below(body.length));
  return whole({ ...withHeader(draft, "content-encoding", codec.name), body: damaged });
}

function damaged(draft: Draft, random: Random): Draft {
  const at = random.below(draft.headers.length);
  const values = [
    "",
    "x",
    "\u00ff\u00fe",
    "a".repeat(3_000),
    "t=,v1=",
    "t=99999999999999999999,v1=00",
    "sha256=",
    "sha256=zz",
    "-1",
    "1e400",
  ];
  return {
    ...draft,
    headers: draft.headers.map(([name, value], index) => [
      name,
      index === at ? pick(values, random) : value,
    ]),
  };
}

function chunked(draft: Draft, wrong: boolean): Uint8Array {
  const half = draft.body.length >> 1;
  const size = (length: number): string => (wrong ? "zz" : length.toString(16));
  const chunk = (part: Uint8Array): Uint8Array[] =>
    part.length === 0 ? [] : [latin1(`${size(part.length)}\r\n`), part, latin1("\r\n")];
  const head = bytesOf({ ...draft, body: new Uint8Array() }, [["transfer-encoding", "chunked"]]);
  return Buffer.concat([
    head,
    ...chunk(draft.body.slice(0, half)),
    ...chunk(draft.body.slice(half)),
    latin1("0\r\n\r\n"),
  ]);
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let flip = random.below(4); flip >= 0 && copy.length > 0; flip--)
    copy[random.below(copy.length)] = random.below(256);
  return copy;
}

function hangUp(bytes: Uint8Array, random: Random): Sending {
  return { pieces: [bytes.slice(0, 1 + random.below(bytes.length))], pauseMs: 0, hangUp: true };
}

function slow(bytes: Uint8Array, random: Random): Sending {
  const count = 2 + random.below(8);
  const size = Math.ceil(bytes.length / count);
  return {
    pieces: Array.from({ length: count }, (_, index) =>
      bytes.slice(index * size, (index + 1) * size),
    ),
    pauseMs: 5 + random.below(40),
    hangUp: random.below(4) === 0,
  };
}

/** The bomb is the same each time, and takes a while to make. */
function memoized(encode: (body: Uint8Array) => Uint8Array): (body: Uint8Array) => Uint8Array {
  let made: Uint8Array | undefined;
  return (body) => {
    made ??= encode(body);
    return made;
  };
}

import type { Random } from "../../src/base/random.ts";
import type { Posting } from "../demo-run/postings.ts";
import type { Sending } from "./wire.ts";

/** A request in parts, before it becomes bytes. */
export interface Draft {
  method: string;
  path: string;
  headers: [string, string][];
  body: Uint8Array;
}

export interface Codec {
  readonly name: string;
  readonly encode: (body: Uint8Array) => Uint8Array;
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

export const pick = <T>(items: readonly T[], random: Random): T =>
  items[random.below(items.length)] as T;
export const noise = (random: Random, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => random.below(256));
export const pieces = (bytes: Uint8Array): Sending => ({
  pieces: [bytes],
  pauseMs: 0,
  hangUp: false,
});
export const whole = (draft: Draft): Sending => pieces(bytesOf(draft));

/** Latin-1, as header bytes travel: what is no ASCII stays one hostile byte. */
const latin1 = (line: string): Uint8Array => Buffer.from(line, "latin1");

export function bytesOf(
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

export function withHeader(draft: Draft, name: string, value: string): Draft {
  return { ...draft, headers: [...draft.headers.filter(([own]) => own !== name), [name, value]] };
}

export function encoded(draft: Draft, codec: Codec): Sending {
  return whole({
    ...withHeader(draft, "content-encoding", codec.name),
    body: codec.encode(draft.body),
  });
}

export function broken(draft: Draft, codec: Codec, random: Random): Sending {
  const body = codec.encode(draft.body);
  const damaged =
    random.below(2) === 0 ? flipped(body, random) : body.slice(0, random.below(body.length));
  return whole({ ...withHeader(draft, "content-encoding", codec.name), body: damaged });
}

export function damaged(draft: Draft, random: Random): Draft {
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

export function chunked(draft: Draft, wrong: boolean): Uint8Array {
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

export function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let flip = random.below(4); flip >= 0 && copy.length > 0; flip--)
    copy[random.below(copy.length)] = random.below(256);
  return copy;
}

export function hangUp(bytes: Uint8Array, random: Random): Sending {
  return { pieces: [bytes.slice(0, 1 + random.below(bytes.length))], pauseMs: 0, hangUp: true };
}

export function slow(bytes: Uint8Array, random: Random): Sending {
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

/** Longest head of an answer, bytes: our own server's have about 200. */
const HEAD_BYTES_MAX = 16_384;

export type AnswerState =
  | { readonly state: "more" }
  | { readonly state: "whole"; readonly status: number }
  | { readonly state: "malformed" };

const MORE: AnswerState = { state: "more" };
const MALFORMED: AnswerState = { state: "malformed" };

/**
 * Reads the answers of one HTTP/1.1 connection on which one request at a time is under way. As little of
 * the protocol as our own server speaks: a status and a `Content-Length` (or a status that has no body).
 * It measures, so it must cost far less than what it measures: `fetch` costs more than the server does.
 */
export class AnswerReader {
  #kept: Buffer | null = null;

  /** The bytes that came; they may be overwritten afterwards. */
  read(bytes: Uint8Array): AnswerState {
    const fresh = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const all = this.#kept === null ? fresh : Buffer.concat([this.#kept, fresh]);
    const answer = parse(all);
    this.#kept = answer === MORE ? Buffer.from(all) : null;
    return answer;
  }
}

function parse(all: Buffer): AnswerState {
  const headLength = all.indexOf("\r\n\r\n");
  if (headLength < 0) return all.length > HEAD_BYTES_MAX ? MALFORMED : MORE;
  const head = all.toString("latin1", 0, headLength + 2);
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  if (status === undefined) return MALFORMED;
  const given = /\r\ncontent-length: *(\d{1,9})\r\n/i.exec(head)?.[1];
  if (given === undefined && status !== "204" && status !== "304") return MALFORMED;
  const missing = headLength + 4 + Number(given ?? 0) - all.length;
  if (missing > 0) return MORE;
  return missing < 0 ? MALFORMED : { state: "whole", status: Number(status) };
}

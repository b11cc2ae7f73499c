import { isJsonType, mediaTypeOf, parseMedia } from "../base/media.ts";
import { problem } from "../base/problems.ts";
import { err, ok, type Result } from "../base/result.ts";

/** An operator's command is a few fields; anything longer is a mistake or an attack. */
export const COMMAND_BYTES_MAX = 64 * 2 ** 10;

/**
 * The request's JSON (an empty object when it has no body) and its bytes, or the problem to answer with. JSON must be
 * declared as such: a page of another site can post a form without being asked, but not JSON.
 */
export async function readJson(
  request: Request,
  bytesMax: number,
): Promise<Result<{ readonly value: unknown; readonly bytes: Uint8Array }, Response>> {
  const bytes = await readBytes(request, bytesMax);
  if (bytes === null) {
    return err(problem("body_too_large", `The body holds at most ${bytesMax / 1024} KiB here.`));
  }
  if (bytes.length === 0) return ok({ value: {}, bytes });
  const mediaType = mediaTypeOf(request.headers.get("content-type"));
  if (!isJsonType(mediaType)) {
    return err(
      problem(
        "unsupported_media_type",
        "Send the body as JSON, with Content-Type: application/json.",
      ),
    );
  }
  const parsed = parseMedia(bytes, mediaType);
  return parsed.ok
    ? ok({ value: parsed.value, bytes })
    : err(problem("malformed_body", parsed.error.detail));
}

/** The whole body, or `null` as soon as it is known to be too long; a sender that hangs up has sent nothing. */
async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) return null;
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    size += chunk.length;
    if (size > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export type Encoding = "hex" | "base64" | "base64url";

/**
 * The bytes of a text, or `null` where it is not exactly how they are written (padding may be absent).
 * The runtime's own decoders skip what they do not know, so that many texts would be one signature.
 */
export function strictBytes(text: string, encoding: Encoding): Buffer | null {
  const bytes = Buffer.from(text, encoding);
  const normal = encoding === "hex" ? text.toLowerCase() : text.replace(/={1,2}$/, "");
  const again = bytes.toString(encoding);
  return bytes.length > 0 && normal === (encoding === "hex" ? again : again.replace(/={1,2}$/, ""))
    ? bytes
    : null;
}

export type Encoding = "hex" | "base64" | "base64url";

/**
 * The bytes of a text, or `null` where it is not exactly how they are written: base 64 with its padding,
 * base64url without. The runtime's own decoders skip what they do not know, so that many texts would be
 * one signature.
 */
export function strictBytes(text: string, encoding: Encoding): Buffer | null {
  const bytes = Buffer.from(text, encoding);
  const exact = encoding === "hex" ? text.toLowerCase() : text;
  return bytes.length > 0 && exact === bytes.toString(encoding) ? bytes : null;
}

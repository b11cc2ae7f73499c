/**
 * A subscriber written from the text of Standard Webhooks 1.0.0 alone, with nothing but Node's own modules:
 * `node plain-subscriber.mjs <whsec_… or whpk_…>`. Answers 204 to what it could verify and 401 to the rest, and lists
 * at `GET /` what it verified. Prints its port.
 */
import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { createServer } from "node:http";

const TOLERANCE_S = 300;
/** RFC 8410: what stands before the 32 bytes of an Ed25519 public key. */
const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex");

const secret = process.argv[2] ?? "";
const asymmetric = secret.startsWith("whpk_");
const key = Buffer.from(secret.slice("whsec_".length), "base64");
const verified = [];

function fits(version, signature, signed) {
  const given = Buffer.from(signature, "base64");
  if (version === "v1" && !asymmetric) {
    const own = createHmac("sha256", key).update(signed).digest();
    return given.length === own.length && timingSafeEqual(given, own);
  }
  if (version !== "v1a" || !asymmetric) return false;
  const der = Buffer.concat([ED25519_SPKI, Buffer.from(secret.slice("whpk_".length), "base64")]);
  return verify(null, signed, createPublicKey({ key: der, format: "der", type: "spki" }), given);
}

function isGenuine(headers, body) {
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"];
  if (!id || id.includes(".") || !/^\d+$/.test(timestamp ?? "")) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_S) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  return (headers["webhook-signature"] ?? "").split(" ").some((each) => {
    const [version = "", signature = ""] = each.split(",");
    return fits(version, signature, signed);
  });
}

const server = createServer((request, response) => {
  if (request.method === "GET") {
    response.end(JSON.stringify(verified));
    return;
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    const genuine = isGenuine(request.headers, body);
    if (genuine) verified.push({ id: request.headers["webhook-id"], body: body.toString() });
    response.writeHead(genuine ? 204 : 401).end();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

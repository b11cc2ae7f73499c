import type { Millis } from "../base/clock.ts";

export const META_TYPES: readonly string[] = [
  "whatsapp_business_account.messages",
  "whatsapp_business_account.statuses",
  "page.feed",
  "page.message",
  "instagram.comments",
];

/** A payload of `<object>.<field>`; `null` for anything else. */
export function metaPayload(type: string, at: Millis, id: string): unknown {
  const [object, field] = type.split(".");
  if (!/^[a-z_]+\.[a-z_]+$/.test(type) || object === undefined || field === undefined) return null;
  const time = Math.floor(at / 1000);
  const of = (entry: unknown): unknown => ({ object, entry: [entry] });
  if (object === "whatsapp_business_account") {
    const change = { value: whatsapp(field, String(time), id), field: "messages" };
    return of({ id: "102290129340398", changes: [change] });
  }
  if (field === "message") {
    const message = { mid: id, text: "Hello" };
    const both = { sender: { id: "100001" }, recipient: { id: "200002" } };
    return of({ id: "200002", time: at, messaging: [{ ...both, timestamp: at, message }] });
  }
  const change = { field, value: { item: "comment", verb: "add", id, message: "Hello" } };
  return of({ id: "200002", time, changes: [change] });
}

function whatsapp(field: string, timestamp: string, id: string): unknown {
  const metadata = { display_phone_number: "15550783881", phone_number_id: "106540352242922" };
  const common = { messaging_product: "whatsapp", metadata };
  if (field === "statuses") {
    return {
      ...common,
      statuses: [{ id, status: "delivered", timestamp, recipient_id: "491511234567" }],
    };
  }
  return {
    ...common,
    contacts: [{ profile: { name: "Ada Lovelace" }, wa_id: "491511234567" }],
    messages: [{ from: "491511234567", id, timestamp, type: "text", text: { body: "Hello" } }],
  };
}

type Fields = Readonly<Record<string, unknown>>;

const EVENTS: Readonly<Record<string, Fields>> = {
  "TRANSACTIONS.SYNC_UPDATES_AVAILABLE": {
    initial_update_complete: true,
    historical_update_complete: true,
  },
  "ITEM.ERROR": {
    error: { error_type: "ITEM_ERROR", error_code: "ITEM_LOGIN_REQUIRED", status: 400 },
  },
  "ITEM.PENDING_EXPIRATION": { consent_expiration_time: "2027-01-15T13:25:17.766Z" },
  "ITEM.LOGIN_REPAIRED": {},
  "AUTH.AUTOMATICALLY_VERIFIED": { account_id: "BxBXxLj1m4HMXBm9WZZmCWVbPjX16EHwv99vp" },
};

export const PLAID_TYPES: readonly string[] = Object.keys(EVENTS);

/** A webhook as Plaid sends it; `null` for a type that is none of the samples'. `id` stands in its item's. */
export function plaidPayload(type: string, id: string): Fields | null {
  if (!Object.hasOwn(EVENTS, type)) return null;
  const [webhook_type, webhook_code] = type.split(".");
  return {
    webhook_type,
    webhook_code,
    item_id: `item_${id}`,
    ...EVENTS[type],
    environment: "sandbox",
  };
}

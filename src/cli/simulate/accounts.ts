import { seededRandom } from "../../base/random.ts";
import type { ConnectionStatus } from "./world.ts";

/**
 * The accounts of a connection, as `GET …/accounts` lists them: the same ones each time, with balances of
 * its newest import. None before the first.
 */
export function accountsOf(token: string, status: ConnectionStatus | null): readonly unknown[] {
  if (status === null || status.lastSync === null) return [];
  const { createdAt, lastSync } = status;
  const random = seededRandom(Bun.hash.crc32(token));
  return Array.from({ length: 1 + random.below(3) }, (_, place) => {
    const [id, iban] = [random.text(24, "0123456789abcdef"), random.text(22, "0123456789")];
    const moves = seededRandom(Bun.hash.crc32(`${token} ${place} ${lastSync}`));
    return {
      id,
      portfolio: null,
      iban: `ES${iban}`,
      type: place === 0 ? "CASH_ACCOUNT" : "OTHER",
      alias: `Account ${place + 1}`,
      balance: Math.round(moves.unit() * 1_000_000) / 100,
      currency: "EUR",
      updatedAt: lastSync,
      createdAt,
      owners: [],
    };
  });
}

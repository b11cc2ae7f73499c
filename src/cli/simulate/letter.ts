import type { Clock } from "../../base/clock.ts";
import type { Delivery } from "./plan.ts";
import type { Letter } from "./postman.ts";
import type { SigningKeys } from "./signing-keys.ts";
import type { ConnectionStatus } from "./world.ts";

/**
 * A webhook about a connection as it was when it changed. Neither fields nor names of its payload are
 * documented, only that what a webhook holds the API can tell as well: so it says whom it is about in one
 * of several ways, or not at all, and tells the state.
 */
export function letterOf(
  state: ConnectionStatus,
  names: Delivery["names"],
  keys: SigningKeys,
  clock: Clock,
): Letter {
  const { credentialsToken, externalId } = state;
  const whom =
    names === "token"
      ? { connectionToken: credentialsToken, externalId }
      : names === "externalId"
        ? { externalId }
        : {};
  const told = names === "token" ? { connection: state } : { updatedAt: state.updatedAt };
  const body = Buffer.from(JSON.stringify({ ...whom, ...told }));
  return {
    body,
    headers: () => ({
      "content-type": "application/json",
      "user-agent": "Vumi-Finlink/simulated",
      "vumi-verification": keys.sign(body, Math.floor(clock.now() / 1_000)),
    }),
  };
}

import { ok, type Result } from "../base/result.ts";
import type { KeyAnswer, KeyPlace, KeyService, PublicKey } from "./key-service.ts";
import type { VerifyFailure } from "./provider.ts";
import { type KeyKind, keysIn } from "./public-keys.ts";
import { failed } from "./schemes/scheme.ts";

/** The keys that a signature may have been made with, by the id that it names; or why there is none. */
export type FindKeys = (
  id: string,
) =>
  | Result<readonly PublicKey[], VerifyFailure>
  | Promise<Result<readonly PublicKey[], VerifyFailure>>;

/** Asks where `place` says. Identifiers are validated before they come here: they may end up in a URL. */
export function keysByNetwork(
  place: (id: string) => KeyPlace,
  keys: Pick<KeyService, "key">,
): FindKeys {
  return (id) => {
    const found = keys.key(place(id), id);
    return found instanceof Promise ? found.then(asList) : asList(found);
  };
}

/** Keys that the configuration holds are all there are: then nothing is asked. */
export function keysPastedOr(pasted: string | null, kind: KeyKind, network: FindKeys): FindKeys {
  if (pasted === null) return network;
  const pinned = ok(keysIn(pasted, kind));
  return () => pinned;
}

function asList(found: KeyAnswer): Result<readonly PublicKey[], VerifyFailure> {
  if (found.ok) return ok([found.value]);
  return found.error === "unknown"
    ? failed("signature_mismatch", "The provider knows no key of the id that the signature names.")
    : failed("keys_unavailable", "The provider's keys cannot be asked for right now.");
}

/** An expected outcome as a value: `E` is a closed union, so that a `switch` over it can be complete. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });
export const err = <E>(error: E): Result<never, E> => ({ ok: false, error });

/** Ends a `switch` over a closed union: reaching it at run time is a broken promise of our own code. */
export function unreachable(value: never): never {
  throw new InvariantBroken(`unreachable case: ${JSON.stringify(value)}`);
}

/** A promise of our own code that did not hold. It crashes the actor; in the journal, the process. */
export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";
}

export function invariant(holds: unknown, promise: string): asserts holds {
  if (!holds) throw new InvariantBroken(promise);
}

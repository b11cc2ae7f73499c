/**
 * The states of an actor.
 *
 * | state    | what holds                                             | what leads out                        |
 * |----------|--------------------------------------------------------|---------------------------------------|
 * | reading  | a page of the mailbox is asked for; nothing is taken   | the page → next                       |
 * | queued   | something could be taken; waits for its turn           | `take` → loading                      |
 * | loading  | an item is taken; its event is being read              | `handle` → running, or settling       |
 * | running  | the handler runs                                       | its outcome → settling                |
 * | settling | the outcome is handed to the journal, and not lost     | the commit → next                     |
 * | sleeping | all that is there waits for a time                     | the time, a post, an operator → next  |
 * | idle     | nothing is there, and nothing is missed                | a post → next                         |
 * | stopped  | paused, halted, withheld, or its source is gone        | an operator, a reload → next          |
 * | crashed  | a promise of ours broke; waits to be built anew        | the roster → gone                     |
 * | gone     | out of memory; whatever still arrives is ignored       | nothing                               |
 *
 */
export type ActorState =
  | "reading"
  | "queued"
  | "loading"
  | "running"
  | "settling"
  | "sleeping"
  | "idle"
  | "stopped"
  | "crashed"
  | "gone";

/** Nothing is going on: the actor may leave memory, or be asked to look again. */
export function isResting(state: ActorState): boolean {
  return state === "idle" || state === "sleeping" || state === "stopped";
}

/** It has an item in hand that is not handed to the journal yet. */
export function isHandling(state: ActorState): boolean {
  return state === "loading" || state === "running";
}

/** It has an item in hand. */
export function isWorking(state: ActorState): boolean {
  return isHandling(state) || state === "settling";
}

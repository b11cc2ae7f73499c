import type { Appended, EventFact } from "../../src/journal/facts.ts";
import type { Posted } from "../../src/journal/journal.ts";
import { Violation } from "./checks.ts";

/** What receiving posts once the journal has answered. */
export function posted(fact: EventFact, appended: Appended | undefined): Posted {
  if (appended === undefined) throw new Violation("an event was appended without an answer");
  const ref = fact.connection === null ? null : { source: "bank", key: fact.connection };
  return { source: "bank", ref, seq: appended.seq, loaded: null };
}

import type { Millis } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Appended, EventFact, Fact, Intake, RequestFact } from "../journal/facts.ts";
import type { Journal } from "../journal/journal.ts";
import type { SweepId } from "../journal/reconciling.ts";
import type { Missed } from "../providers/recovery.ts";
import { intakeOf } from "./enter.ts";
import { Arrived } from "./inbound.ts";
import { type Onward, onward, owing } from "./onward.ts";
import type { Source, SourceTable } from "./sources.ts";

/** How something came to be found. */
export interface Finding {
  readonly at: Millis;
  /** The call that brought it, with what its headers say of it. */
  readonly request: RequestFact;
  /** `webhook`: a hint led there. */
  readonly origin: "webhook" | "poll";
  /** What it counts as healed by; `null`: it does not. */
  readonly sweep: SweepId | null;
}

export interface DoorDeps extends Pick<Onward, "post" | "fanOut"> {
  readonly sources: Pick<SourceTable, "find">;
  readonly journal: Pick<Journal, "append" | "appendTogether">;
}

/**
 * The one door: what reconciliation finds is split, journaled and posted as a webhook's events are, with
 * the same keys, so that what a webhook brought already is a duplicate like any other.
 */
export class Door {
  readonly #deps: DoorDeps;

  constructor(deps: DoorDeps) {
    this.#deps = deps;
  }

  /** A request as its provider would have posted it. The error says why it is none, in a sentence. */
  split(name: string, missed: Missed, finding: Finding): Result<Intake, string> {
    const source = this.#deps.sources.find(name);
    if (source === null) return err("the source is not configured any more");
    const inbound = arrived(name, source, missed, finding.at);
    const headers = [...finding.request.headers, ...Object.entries(missed.headers)];
    const intake = intakeOf(inbound, source, headers);
    if ("code" in intake) return err(intake.detail ?? "it holds too many events");
    const found = { ...intake, ...fieldsOf(finding, source, headers) };
    return ok(owing(found, inbound, this.#deps.fanOut));
  }

  /** An event that no request has brought; `data` is JSON text, and all of its body. */
  derive(name: string, event: EventFact, data: string, finding: Finding): Result<Intake, string> {
    const source = this.#deps.sources.find(name);
    if (source === null) return err("the source is not configured any more");
    if (!isNameable(event)) return err("its type, connection or key is too long");
    const headers = [
      ...finding.request.headers,
      ["content-type", "application/json"] as [string, string],
    ];
    const body = Buffer.from(data);
    const found: Intake = {
      source: name,
      events: [event],
      body,
      at: finding.at,
      ...fieldsOf(finding, source, headers),
    };
    const payload = { body, parsed: () => ({ ok: true, value: JSON.parse(data) as unknown }) };
    return ok(owing(found, payload, this.#deps.fanOut));
  }

  /**
   * Journals all of it in one transaction, and then lets it go its way. Resolves with how many events are
   * new. Rejects with `JournalRefused`. A single request without facts may be larger than a transaction
   * of many.
   */
  async enter(intakes: readonly Intake[], facts: readonly Fact[]): Promise<number> {
    const answers = await this.#journaled(intakes, facts);
    let fresh = 0;
    for (const [index, intake] of intakes.entries()) {
      const appended: readonly Appended[] = answers[index] ?? [];
      fresh += appended.filter(({ duplicate }) => !duplicate).length;
      onward(intake, appended, this.#deps);
    }
    return fresh;
  }

  async #journaled(
    intakes: readonly Intake[],
    facts: readonly Fact[],
  ): Promise<readonly (readonly Appended[])[]> {
    const { journal } = this.#deps;
    const [only] = intakes;
    if (only === undefined || intakes.length > 1 || facts.length > 0)
      return journal.appendTogether(intakes, facts);
    return [await journal.append(only)];
  }
}

function fieldsOf(
  { origin, request, sweep }: Finding,
  source: Source,
  headers: RequestFact["headers"],
): Pick<Intake, "origin" | "request" | "settled" | "sweep"> {
  const fields = { origin, request: { ...request, headers }, settled: source.settled };
  return sweep === null ? fields : { ...fields, sweep };
}

function arrived(name: string, source: Source, { headers, body }: Missed, at: Millis): Arrived {
  const request = { method: "POST", url: `/in/${name}`, headers: new Headers(headers) };
  return new Arrived(request, body, source, at, "");
}

const isNameable = ({ type, connection, dedupeKey }: EventFact): boolean =>
  Buffer.byteLength(type) <= LIMITS.EVENT_TYPE_BYTES_MAX &&
  Buffer.byteLength(connection ?? "") <= LIMITS.CONNECTION_KEY_BYTES_MAX &&
  Buffer.byteLength(dedupeKey) <= LIMITS.DEDUPE_KEY_BYTES_MAX;

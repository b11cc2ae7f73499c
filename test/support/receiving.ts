import type { Log, LogFields } from "../../src/base/log.ts";
import { noLog } from "../../src/base/log.ts";
import type { Settings, SourceSettings } from "../../src/config/settings.ts";
import { BodyRoom } from "../../src/ingress/body-room.ts";
import { Quarantine } from "../../src/ingress/quarantine.ts";
import { type ReceiveDeps, receive } from "../../src/ingress/receive.ts";
import { SourceTable } from "../../src/ingress/sources.ts";
import type { Posted } from "../../src/journal/journal.ts";
import type { FanOut } from "../../src/journal/sending.ts";
import type { OutboundFetch } from "../../src/providers/bounded-fetch.ts";
import { providerDeps } from "../../src/providers/deps.ts";
import { FakeJournal } from "./fake-journal.ts";
import { FakeQuarantine } from "./fake-quarantine.ts";
import { unreachable } from "./network.ts";
import { noEndpoints } from "./no-endpoints.ts";
import { settings } from "./settings.ts";
import { SimClock } from "./sim-clock.ts";

/** What an answer says, as far as tests ask. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly code: string | null;
  readonly detail: string;
  readonly events: readonly { readonly id: string; readonly duplicate: boolean }[];
  readonly text: string;
}

interface Body {
  readonly code?: string;
  readonly detail?: string;
  readonly events?: Answer["events"];
}

/** The receiving side with a journal of arrays, a clock driven by hand and a list for a mailbox. */
export class Receiving implements ReceiveDeps {
  readonly clock: SimClock;
  readonly journal = new FakeJournal();
  readonly posted: Posted[] = [];
  readonly hints: [source: string, key: string | null][] = [];
  fanOut: FanOut = noEndpoints;
  readonly errors: LogFields[] = [];
  readonly log: Log = { ...noLog, error: (_, fields = {}) => void this.errors.push(fields) };
  readonly sources: SourceTable;
  readonly kept = new FakeQuarantine();
  readonly room: BodyRoom;
  readonly quarantine: Quarantine;
  isDevelopment = false;
  /** How often a request was held. */
  held = 0;
  isDraining = false;
  /** What providers ask for goes here: by default nobody answers. */
  readonly fetch: OutboundFetch = (url, init) => this.answering(url, init);
  answering: OutboundFetch = unreachable;

  constructor(sources: readonly SourceSettings[], given: Partial<Settings> = {}, start?: number) {
    this.clock = new SimClock(start);
    this.sources = new SourceTable(settings(sources, given), {
      clock: this.clock,
      providers: providerDeps({ clock: this.clock, fetch: this.fetch }),
    });
    this.room = new BodyRoom(this.clock);
    this.quarantine = new Quarantine({
      clock: this.clock,
      log: this.log,
      store: this.kept,
      held: () => void this.held++,
      development: () => this.isDevelopment,
    });
  }

  post(posted: readonly Posted[]): void {
    this.posted.push(...posted);
  }

  hinted(source: string, key: string | null): void {
    this.hints.push([source, key]);
  }

  draining(): boolean {
    return this.isDraining;
  }

  receive(request: Request, source = sourceIn(request)): Promise<Answer> {
    return receive(request, "192.0.2.7", source, this).then(read);
  }

  send(
    source: string,
    body?: ConstructorParameters<typeof Response>[0],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const type = { "content-type": "application/json" };
    const init = { method: "POST", headers: { ...type, ...headers }, body: body ?? null };
    return this.receive(new Request(`http://hooks.test/in/${source}`, init));
  }
}

const sourceIn = (request: Request): string => new URL(request.url).pathname.slice("/in/".length);

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json") ?? false;
  const body: Body = json ? JSON.parse(text) : {};
  return {
    status: response.status,
    headers: response.headers,
    code: body.code ?? null,
    detail: body.detail ?? "",
    events: body.events ?? [],
    text,
  };
}

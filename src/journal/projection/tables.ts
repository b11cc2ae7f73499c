import type { Database, Statement } from "bun:sqlite";
import { dedupeHash } from "../batch.ts";
import { dedupeBucket } from "../dedupe.ts";
import type { ReplayJob, StoredKey } from "../facts.ts";
import { AuditRows } from "./audited.ts";
import { ConnectionRows } from "./connections.ts";
import { DeliveryRows } from "./deliveries.ts";
import { EndpointRows } from "./endpoints.ts";
import { EventRows } from "./events.ts";
import { ReconciledRows } from "./reconciled.ts";
import { SourceRows } from "./sources.ts";

/** The projection's tables, as the entries' effects see them. Writes gather and go out at the end of a batch. */
export class Tables {
  readonly sources: SourceRows;
  readonly connections: ConnectionRows;
  readonly events: EventRows;
  readonly endpoints: EndpointRows;
  readonly deliveries: DeliveryRows;
  readonly reconciled: ReconciledRows;
  readonly audited: AuditRows;
  readonly #keys: [number, number, number][] = [];
  readonly #insertKey: Statement;
  readonly #insertAttempt: Statement;
  readonly #insertStep: Statement;
  readonly #upsertJob: Statement;
  readonly #selectJob: Statement<{ job: string }, [string]>;
  readonly #putApiKey: Statement;
  readonly #dropApiKey: Statement;

  constructor(db: Database) {
    this.sources = new SourceRows(db);
    this.connections = new ConnectionRows(db);
    this.events = new EventRows(db);
    this.endpoints = new EndpointRows(db);
    this.deliveries = new DeliveryRows(db, this.endpoints);
    this.reconciled = new ReconciledRows(db);
    this.audited = new AuditRows(db);
    this.#insertKey = db.prepare(
      "INSERT OR IGNORE INTO dedupe (bucket, hash, seq) VALUES (?, ?, ?)",
    );
    this.#insertAttempt = db.prepare(
      "INSERT OR REPLACE INTO attempts (event_seq, position, attempt, started_ms, duration_ms, outcome, error, next_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#insertStep = db.prepare(
      "INSERT OR IGNORE INTO steps (position, name, result, at_ms) VALUES (?, ?, ?, ?)",
    );
    this.#upsertJob = db.prepare(
      "INSERT INTO jobs (id, created_ms, job) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET job = excluded.job",
    );
    this.#selectJob = db.prepare("SELECT job FROM jobs WHERE id = ?");
    this.#putApiKey = db.prepare("INSERT OR REPLACE INTO keys (id, key) VALUES (?, ?)");
    this.#dropApiKey = db.prepare("DELETE FROM keys WHERE id = ?");
  }

  dedupe(source: string, key: string, atMs: number, seq: number): void {
    this.#keys.push([dedupeBucket(atMs), dedupeHash(source, key), seq]);
  }

  attempt(
    event: number,
    position: number,
    attempt: number,
    startedMs: number | null,
    durationMs: number,
    outcome: number,
    error: string | null,
    nextMs: number | null,
  ): void {
    this.#insertAttempt.run(
      event,
      position,
      attempt,
      startedMs,
      durationMs,
      outcome,
      error,
      nextMs,
    );
  }

  step(position: number, name: string, result: string, atMs: number): void {
    this.#insertStep.run(position, name, result, atMs);
  }

  putJob(id: string, job: ReplayJob): void {
    this.#upsertJob.run(id, job.createdAt, JSON.stringify(job));
  }

  advanceJob(id: string, events: number, cursor: number): void {
    const row = this.#selectJob.get(id);
    if (row === null) return;
    const job = JSON.parse(row.job) as ReplayJob;
    this.putJob(id, { ...job, done: job.done + events, cursor: cursor as ReplayJob["cursor"] });
  }

  putKey(key: StoredKey): void {
    this.#putApiKey.run(key.id, JSON.stringify(key));
  }

  dropKey(id: string): void {
    this.#dropApiKey.run(id);
  }

  flush(): void {
    this.events.flush();
    this.connections.flush();
    this.sources.flush();
    this.deliveries.flush();
    this.endpoints.flush();
    this.reconciled.flush();
    // In order of the index, so that neighbours share a page within the batch.
    this.#keys.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const key of this.#keys) this.#insertKey.run(...key);
    this.#keys.length = 0;
  }
}

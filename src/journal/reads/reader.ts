import type { Database } from "bun:sqlite";
import type { Clock } from "../../base/clock.ts";
import type { AuditReads } from "../audit.ts";
import type { MailboxReads, Reads } from "../journal.ts";
import type { ReconcileReads } from "../reconciling.ts";
import type { OwedReads, SendingReads } from "../sending.ts";
import { AuditReader } from "./audit.ts";
import { ConnectionReader } from "./connections.ts";
import { EventReader } from "./events.ts";
import { MailboxReader } from "./mailbox.ts";
import { OwedReader } from "./owed.ts";
import { QuarantineReader } from "./quarantine.ts";
import { ReconcileReader } from "./reconciling.ts";
import { SendingReader } from "./sending.ts";
import { Statements } from "./statements.ts";

/** The same methods, answered at once: what runs inside a reading thread, or in a test without one. */
export type Synchronous<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never;
};
export type AllReads = Reads &
  MailboxReads &
  SendingReads &
  OwedReads &
  ReconcileReads &
  AuditReads;
export type ReadName = keyof AllReads;

/** All reads over one pair of read-only connections. Never holds a transaction from one call to the next. */
export function openReads(index: Database, log: Database, clock: Clock): Synchronous<AllReads> {
  const [onIndex, onLog] = [new Statements(index), new Statements(log)];
  const events = new EventReader(onIndex, onLog, clock);
  const connections = new ConnectionReader(onIndex, clock);
  const mailbox = new MailboxReader(new Statements(index), new Statements(log));
  const quarantine = new QuarantineReader(onLog);
  const sending = new SendingReader(onIndex, onLog, clock);
  const reconciling = new ReconcileReader(onIndex);
  const audit = new AuditReader(onIndex);
  const owed = new OwedReader(onIndex, onLog, () => mailbox.applied());
  return {
    events: (filter, page) => events.events(filter, page),
    event: (id) => events.event(id),
    requestBody: (id) => events.requestBody(id),
    count: (filter, upTo, atMost) => events.count(filter, upTo, atMost),
    oldest: (filter, after, upTo, limit) => events.oldest(filter, after, upTo, limit),
    changes: (after, limit) => events.changes(after, limit),
    connections: (filter, page) => connections.connections(filter, page),
    connection: (ref) => connections.connection(ref),
    jobs: (page) => connections.jobs(page),
    job: (id) => connections.job(id),
    runningJobs: () => connections.runningJobs(),
    keys: () => connections.keys(),
    sources: () => connections.sources(),
    quarantine: (filter, page) => quarantine.list(filter, page),
    quarantineIds: (filter, after, limit) => quarantine.ids(filter, after, limit),
    quarantined: (id) => quarantine.one(id),
    view: (refs, limit) => mailbox.view(refs, limit),
    waiting: (ref, after, limit) => mailbox.waiting(ref, after, limit),
    ready: (after, limit) => mailbox.ready(after, limit),
    due: (now, limit) => mailbox.due(now, limit),
    load: (items) => mailbox.load(items),
    endpoints: (page) => sending.endpoints(page),
    endpoint: (id) => sending.endpoint(id),
    deliveries: (filter, page) => sending.deliveries(filter, page),
    delivery: (id) => sending.delivery(id),
    failedDeliveries: (filter, after, limit) => sending.failedDeliveries(filter, after, limit),
    sweeps: (filter, page) => reconciling.sweeps(filter, page),
    sweep: (id) => reconciling.sweep(id),
    healed: (sweep) => reconciling.healed(sweep),
    reconcileState: (source) => reconciling.reconcileState(source),
    snapshots: (source, keys) => reconciling.snapshots(source, keys),
    snapshotKeys: (source, after, limit) => reconciling.snapshotKeys(source, after, limit),
    overdue: (source, now, limit) => reconciling.overdue(source, now, limit),
    unexpected: (source, after, limit) => reconciling.unexpected(source, after, limit),
    deadline: (source, key) => reconciling.deadline(source, key),
    nextDeadline: (source) => reconciling.nextDeadline(source),
    audit: (filter, page) => audit.list(filter, page),
    endpointStates: () => owed.endpointStates(),
    owed: (endpoint, now, after, limit) => owed.owed(endpoint, now, after, limit),
    owedHeads: (endpoint, now, after, limit) => owed.owedHeads(endpoint, now, after, limit),
    nextDue: (endpoint) => owed.nextDue(endpoint),
    outgoing: (events) => owed.outgoing(events),
    unacked: (endpoint, after, limit) => owed.unacked(endpoint, after, limit),
  };
}

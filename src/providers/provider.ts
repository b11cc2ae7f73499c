import type { Millis } from "../base/clock.ts";
import type { Result } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import type { EventFact } from "../journal/facts.ts";
import type { Asked, Fetched, FetchFailure } from "./bounded-fetch.ts";
import type { KeyService } from "./key-service.ts";
import type { Recovery } from "./recovery.ts";
import type { Login, Sessions } from "./sessions.ts";

/** A request as a preset sees it. Everything in it is hostile. */
export interface Inbound {
  readonly method: string;
  /** Path and query, as received. */
  readonly url: string;
  /** The full URL as the provider knows it: the source's or the process's `publicUrl` + path; several schemes sign it. */
  readonly publicUrl: string;
  /** Value of a header by lower-case name; repeated ones joined by `, `; `null` when absent. */
  header(name: string): string | null;
  /** The body, inflated. Exactly the bytes that were sent, otherwise. */
  readonly body: Uint8Array;
  /** Lower-case media type without parameters; empty when absent. */
  readonly mediaType: string;
  /** The address that it came from; empty when unknown. Behind a proxy it is the proxy's. */
  readonly peer: string;
  /** When it arrived: ages are measured against this, also when it is verified again later. */
  readonly receivedAt: Millis;
  /** The body parsed by its media type, once: what `event.data` will be. Fails with the place of the fault. */
  parsed(): Result<unknown, MalformedBody>;
}

export interface MalformedBody {
  readonly code: "malformed_body" | "unsupported_media_type";
  /** Says where, e.g. `JSON: unexpected end at byte 812`. */
  readonly detail: string;
}

export type VerifyFailureCode =
  | "signature_missing"
  | "signature_mismatch"
  | "timestamp_too_old"
  | "timestamp_in_future"
  /** The key could not be asked for: our trouble, not the sender's. */
  | "keys_unavailable";

export interface VerifyFailure {
  readonly code: VerifyFailureCode;
  /** What was expected, in a sentence for the person who set it up. Never the expected signature. */
  readonly detail: string;
}

export interface Proof {
  readonly scheme: string;
  /** First 8 hex digits of the SHA-256 of the secret that matched; `null` where there is none. */
  readonly fingerprint: string | null;
}

/** A raw answer to a handshake, sent instead of a receipt; nothing is journaled. */
export interface HandshakeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One source's sender, with its keys prepared. Built at start and at reload; holds no state of requests. */
export interface Provider {
  /** Synchronous wherever no network is needed: it is on the way to every acknowledgement. */
  verify(inbound: Inbound): Result<Proof, VerifyFailure> | Promise<Result<Proof, VerifyFailure>>;
  /**
   * Answers a challenge, before or after verification as the provider demands; `null`: not a handshake.
   * A challenge that must be signed and is not is no handshake either: verification then refuses it.
   */
  handshake?(inbound: Inbound): HandshakeReply | null | Promise<HandshakeReply | null>;
  /** Whether a request that failed verification may be one that the provider signs badly on purpose: it is not kept. */
  probes?(inbound: Inbound): boolean;
  /** The request's events, in order, with their keys. */
  split(inbound: Inbound): Result<readonly EventFact[], MalformedBody>;
  /** Methods beside POST that this provider uses (GET challenges). */
  readonly methods: readonly string[];
  /** The exact status that this provider takes for "accepted". */
  readonly acceptedStatus: 200 | 202 | 204;
  /** Instead of the receipt, once everything is journaled, where the provider reads the answer; `null`: the receipt. */
  reply?(inbound: Inbound): HandshakeReply | null;
}

/** What providers share: one of each for the process, so that a reload keeps what was fetched. */
export interface ProviderDeps {
  readonly keys: KeyService;
  readonly sessions: Sessions;
  /** One bounded question to an address that the preset has checked; few per scope and minute. */
  ask(scope: string, asked: Asked): Promise<Result<Fetched, FetchFailure>>;
}

/** What a preset needs from its source's configuration. */
export type Need = "required" | "optional" | "unused";

export interface Sample {
  readonly method: "POST";
  /** Added to the source's URL, e.g. a query. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What the other side of the preset's tests is. */
export type Proven =
  | `vendor's signer ${string}`
  | `vendor's verifier ${string}`
  | `published vector ${string}`
  | "own signer only";

/** What somebody who sets the provider up has to know; `docs/providers/<name>.md` is made of it. */
export interface Guide {
  /** What is signed, how, and how old it may be. */
  readonly verifies: string;
  /** Which secret it is, where it is found, and where the URL is pasted. */
  readonly secretHelp: string;
  /** What an event is about by default. */
  readonly connection: string;
  /** What an event is known by, so that its repetition counts once. */
  readonly identity: string;
  /** How long, and how often, the provider tries again. */
  readonly retryWindow: string;
  /** Whether what was missed can be listed, and how: `can be listed: …` or `cannot be listed…`. */
  readonly recovery: string;
  readonly provenBy: Proven;
}

/** A preset: one small file per provider, that a contributor can copy. */
export interface Preset {
  readonly name: string;
  /** As the provider writes itself. */
  readonly title: string;
  /** The page that it follows, and the day it was read. */
  readonly source: string;
  readonly needs: Readonly<
    Record<
      "secrets" | "publicKey" | "verifyToken" | "credentials" | "apiKey" | "verify" | "event",
      Need
    >
  >;
  /** For people, and for the provider's page: sentences. */
  readonly guide: Guide;
  /** Body limit where the provider sends more than the default; `null`: the default. */
  readonly bodyBytesMax: number | null;
  /** Set where the URL is signed, so that `publicUrl` has to be what the provider calls. */
  readonly signsUrl?: true;
  /** Set where verifying may need the network, so that `whenUnavailable` has a meaning. */
  readonly fetchesKeys?: true;
  open(source: SourceSettings, deps: ProviderDeps): Provider;
  /** How what was missed is asked for; absent where the provider offers nothing. */
  recovery?(source: SourceSettings): Recovery;
  /** What its API wants before it answers: a session, kept once for the process; absent: the calls bring their own credentials. */
  login?(source: SourceSettings): Login;
  /** Event types that `sample` can make. */
  readonly sampleTypes: readonly string[];
  /** A correctly signed, realistic request: what `longstop send` posts. `url` is where it will be posted. */
  sample(
    type: string,
    at: Millis,
    id: string,
    source: SourceSettings,
    url: string,
  ): Result<Sample, string>;
}

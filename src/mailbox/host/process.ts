import type { ToHost } from "./wire.ts";

/** A handler host as the system sees it: a child process. */
export interface HostProcess {
  readonly pid: number;
  /** Never throws: what is sent to a dead process is lost, and `exited` tells. */
  send(message: ToHost): void;
  /** At once and for certain (SIGKILL); `exited` tells when it is done. */
  kill(): void;
  /** Resident memory; `null` when it cannot be read, also because the process is gone. */
  rssBytes(): Promise<number | null>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** It never ran: why the system refused to start it. */
  readonly refused?: string;
}

export interface HostListener {
  /** `text`: JSON of `FromHost`. */
  message(text: string): void;
  /** A line that the team's code wrote past the console; bounded in length and number. */
  output(stream: "stdout" | "stderr", line: string): void;
  /** Once, and never from within `SpawnHost` itself. Only output may still come afterwards. */
  exited(exit: Exit): void;
}

/** Starts a host that evaluates the configuration at this absolute path. Never throws: a failure is an exit. */
export type SpawnHost = (configPath: string, listener: HostListener) => HostProcess;

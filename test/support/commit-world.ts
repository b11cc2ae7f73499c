import { seq } from "../../src/base/ids.ts";
import { GroupCommit } from "../../src/journal/group-commit.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import { HandPort } from "./commit-port.ts";
import { intake } from "./intake.ts";
import { SimClock } from "./sim-clock.ts";

/** This life of the process, in the ids of its events. */
export const RUN = 7;

/** A group commit whose log and whose time are driven by hand. */
export class CommitWorld {
  readonly clock = new SimClock();
  readonly port = new HandPort();
  readonly failures: string[] = [];
  lag = 0;
  readonly journal = new GroupCommit({
    port: this.port,
    clock: this.clock,
    run: RUN,
    head: seq(0),
    lag: () => this.lag,
    onFailure: (detail) => this.failures.push(detail),
  });

  /** What became of a promise so far: `waiting`, `taken`, or the code it was refused with. */
  watch(promise: Promise<unknown>): { state: string } {
    const watched = { state: "waiting" };
    promise.then(
      () => {
        watched.state = "taken";
      },
      (error: unknown) => {
        watched.state = error instanceof JournalRefused ? error.code : String(error);
      },
    );
    return watched;
  }

  append(key: string): { state: string } {
    return this.watch(this.journal.append(intake([key])));
  }
}

export const states = (watched: readonly { state: string }[]): string[] =>
  watched.map(({ state }) => state);

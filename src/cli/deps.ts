import type { Result } from "../base/result.ts";
import type { Fault } from "../config/fault.ts";
import type { Address, Settings } from "../config/settings.ts";
import type { Preset } from "../providers/provider.ts";
import type { Scenario } from "./simulate/scenario.ts";

/**
 * What commands need from the rest of the program. Handed in, so that the command line imports none of it:
 * `longstop events` does not load the server, and a test runs without one.
 */
export interface CliDeps {
  /** Runs the server until it is told to stop; answers the exit code. */
  serve(options: ServeOptions): Promise<number>;
  /** Likewise without need of a configuration: loopback, unverified, no login. */
  dev(options: ServeOptions): Promise<number>;
  /** Measures durable acknowledgements on this disk and prints them; answers the exit code. */
  bench(options: BenchOptions): Promise<number>;
  /** Runs the tests of the team's handlers; answers the exit code. */
  test(options: TestOptions): Promise<number>;
  /** Plays a provider until Ctrl-C; answers the exit code. */
  simulate(options: SimulateOptions): Promise<number>;
  /** Looks after a data folder while no server runs on it; answers the exit code. */
  doctor(options: DoctorOptions): Promise<number>;
  /** Puts a backup in the place of a journal that is gone; answers the exit code. */
  restore(options: RestoreOptions): Promise<number>;
  /** Evaluates the configuration in a child process. `null`: none was named and there is none in the folder. */
  loadSettings(options: {
    config: string | null;
    cwd: string;
    env: Environment;
  }): Promise<Result<LoadedSettings, readonly Fault[]> | null>;
  /** Writes a first configuration into a folder; answers the files written. */
  initFolder(options: {
    dir: string;
    provider: string | null;
  }): Promise<Result<readonly string[], string>>;
  presets(): Promise<readonly Preset[]>;
  readonly version: VersionInfo;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadedSettings {
  readonly settings: Settings;
  readonly warnings: readonly Fault[];
}

export interface ServeOptions {
  /** `--config`, as given; `null`: `LONGSTOP_CONFIG`, else the one in the current folder. */
  readonly config: string | null;
  /** `--data`; wins over the configuration and `LONGSTOP_DATA`. */
  readonly data: string | null;
  /** `--public`, `--admin`: win over the configuration's `listen`. */
  readonly listen: { readonly public: Address | null; readonly admin: Address | null };
}

export interface BenchOptions {
  /** Also checks afterwards that nothing acknowledged was lost. */
  readonly verify: boolean;
  readonly seconds: number;
  readonly clients: number;
  /** Folder whose disk is measured; `null`: the configured data folder's, else the current folder's. */
  readonly data: string | null;
  readonly json: boolean;
}

export interface SimulateOptions {
  /** Where its webhooks go. */
  readonly to: string;
  /** Of its API, on loopback; 0: any that is free. */
  readonly port: number;
  /** Simulated ms in each real one. */
  readonly speed: number;
  readonly scenario: Scenario;
  readonly json: boolean;
}

export interface TestOptions {
  /** For the test runner, as it is. */
  readonly words: readonly string[];
  /** What the tests say goes to stderr; stdout is left to the answer. */
  readonly json: boolean;
}

export interface DoctorOptions {
  /** Throws the projection away and builds it again from the log. */
  readonly rebuild: boolean;
  readonly config: string | null;
  readonly data: string | null;
  readonly json: boolean;
}

export interface RestoreOptions {
  /** The backup, as given. */
  readonly file: string;
  readonly config: string | null;
  readonly data: string | null;
  readonly json: boolean;
}

export interface VersionInfo {
  readonly version: string;
  readonly commit: string;
  readonly bun: string;
  readonly sqlite: string;
}

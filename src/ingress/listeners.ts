import type { Clock } from "../base/clock.ts";
import type { Address, Settings } from "../config/settings.ts";

/** An HTTP application, as far as listening goes. */
export interface Listening {
  listen(options: { hostname: string; port: number; reusePort: boolean }): unknown;
  readonly server: {
    readonly port?: number | undefined;
    stop(closeActive?: boolean): Promise<void>;
  } | null;
}

/** What is under way when listening ends is answered within this, or cut, ms. */
const GRACE_MS = 1_500;

/** Whether both addresses are one: then one application answers for both. */
export const isShared = ({ public: open, admin }: Settings["listen"]): boolean =>
  open.host === admin.host && open.port === admin.port && open.port !== 0;

/** The listeners of the process: the public address and the operators', or one for both. */
export class Listeners {
  readonly #clock: Clock;
  readonly #apps: readonly { readonly app: Listening; readonly address: Address }[];

  constructor(
    clock: Clock,
    apps: readonly { readonly app: Listening; readonly address: Address }[],
  ) {
    this.#clock = clock;
    this.#apps = apps;
  }

  /** Throws `EADDRINUSE` and its like. */
  start(): void {
    // A second server on the same port would start silently otherwise.
    for (const { app, address } of this.#apps)
      app.listen({ hostname: address.host, port: address.port, reusePort: false });
  }

  /** Where they listen, with the port that the system gave where 0 was asked for. */
  addresses(): { readonly public: Address; readonly admin: Address } {
    const at = (index: number): Address => {
      const { app, address } = this.#apps[index] ?? { app: null, address: { host: "", port: 0 } };
      return { host: address.host, port: app?.server?.port ?? address.port };
    };
    return { public: at(0), admin: at(this.#apps.length - 1) };
  }

  /** Nothing new is accepted; what is under way is answered, or cut at the end of its grace. */
  async stop(): Promise<void> {
    const servers = this.#apps.flatMap(({ app }) => app.server ?? []);
    const late = new Promise<void>((resolve) => this.#clock.after(GRACE_MS, resolve));
    await Promise.race([Promise.all(servers.map((server) => server.stop(false))), late]);
    await Promise.all(servers.map((server) => server.stop(true)));
  }
}

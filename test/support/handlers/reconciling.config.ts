import { defineConfig } from "longstop";

/** A team with functions of its own for what was missed, some of them bad. */
const source = (list: () => undefined | Record<string, unknown>) => ({
  provider: "custom" as const,
  verify: "none" as const,
  reconcile: { list },
});

export default defineConfig({
  sources: {
    good: {
      provider: "custom",
      verify: "none",
      reconcile: {
        async list({ since, cursor }) {
          return { events: [{ since: since.toISOString(), cursor }], cursor: "next" };
        },
        fetch: ({ connection }) => [{ connection }],
      },
    },
    throws: source(() => {
      throw new TypeError("no such bank");
    }),
    loops: source(() => {
      for (;;);
    }),
    exits: source(() => process.exit(7)),
    cyclic: source(() => {
      const cycle: Record<string, unknown> = {};
      cycle["self"] = cycle;
      return cycle;
    }),
    silent: source(() => undefined),
    waits: {
      provider: "custom",
      verify: "none",
      reconcile: {
        list: ({ signal }) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => {
              console.log("left early");
              resolve([]);
            });
          }),
      },
    },
  },
});

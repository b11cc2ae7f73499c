/** Where the product looks up what a customer may use. */
export interface Entitlements {
  grant(customer: string, plan: string, signal: AbortSignal): Promise<void>;
}

const granted = new Map<string, string>();

/** Stands for a call to a service of yours; `signal` ends it when the handler's time is up. */
export const entitlements: Entitlements = {
  grant: async (customer, plan, signal) => {
    signal.throwIfAborted();
    granted.set(customer, plan);
  },
};

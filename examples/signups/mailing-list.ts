/** A mailing list service, as far as it is needed here. None of its calls may happen twice. */
export interface MailingList {
  create(email: string, name: string, signal: AbortSignal): Promise<{ readonly id: string }>;
  tag(member: string, tags: readonly string[], signal: AbortSignal): Promise<void>;
  welcome(member: string, signal: AbortSignal): Promise<{ readonly mail: string }>;
}

/** Stands for your service's client: pass the signal to its `fetch`. */
export const mailingList: MailingList = {
  create: async (email, _name, signal) => {
    signal.throwIfAborted();
    return { id: `member-${email}` };
  },
  tag: async (_member, _tags, signal) => signal.throwIfAborted(),
  welcome: async (member, signal) => {
    signal.throwIfAborted();
    return { mail: `welcome-${member}` };
  },
};

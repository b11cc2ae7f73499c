import type { Context, Event } from "longstop";
import type { MailingList } from "./mailing-list.ts";

export interface SignUp {
  readonly data: {
    readonly email?: string;
    readonly name: string;
    readonly interests?: readonly string[];
  };
}

interface Membership {
  member?: string;
  welcomed?: boolean;
}

/**
 * Three calls to the mailing list. Each is a step: its result is kept as soon as it is there, so that
 * whatever breaks after it, also a power cut, the next attempt goes on where this one ended.
 */
export function signUpHandler(list: MailingList) {
  return async (event: Event<SignUp>, ctx: Context<Membership>): Promise<void> => {
    const { email, name, interests = [] } = event.data.data;
    if (!email?.includes("@")) return ctx.fail("there is no address in it");
    const { id } = ctx.state.member
      ? { id: ctx.state.member }
      : await ctx.step("create member", () => list.create(email, name, ctx.signal));
    await ctx.step("tag interests", () => list.tag(id, interests, ctx.signal));
    if (!ctx.state.welcomed) {
      const { mail } = await ctx.step("send welcome", () => list.welcome(id, ctx.signal));
      ctx.log.info("welcomed", { mail });
    }
    ctx.state = { member: id, welcomed: true };
    ctx.emit("member.joined", { member: id, interests });
  };
}

import { expect, test } from "bun:test";
import { Pulse } from "../../../src/mailbox/host/pulse.ts";
import { SimClock } from "../../support/sim-clock.ts";

function pulseOf(rss: { bytes: number }): Pulse {
  const process = {
    pid: 1,
    send: () => undefined,
    kill: () => undefined,
    rssBytes: async () => rss.bytes,
  };
  return new Pulse(new SimClock(), process, 1_000);
}

/** Looks every 50 ms, as the pool does. */
function look(pulse: Pulse, from: number, to: number): number[] {
  const pings: number[] = [];
  for (let now = from; now <= to; now += 50) {
    const ping = pulse.due(now);
    if (ping !== null) pings.push(ping);
  }
  return pings;
}

test("a host that answers is pinged every half second and is never silent", () => {
  const pulse = pulseOf({ bytes: 1 });
  for (let now = 0; now < 10_000; now += 50) {
    const ping = pulse.due(now);
    if (ping !== null) pulse.heard(ping);
    expect(pulse.silent()).toBe(false);
  }
  expect(pulse.next(10_000)).toBe(20);
});

test("a host that does not answer for two seconds is silent, and not before", () => {
  const pulse = pulseOf({ bytes: 1 });

  const pings = look(pulse, 0, 2_450);
  const before = pulse.silent();
  look(pulse, 2_500, 2_500);

  expect(pings).toEqual([1]);
  expect(before).toBe(false);
  expect(pulse.silent()).toBe(true);
});

test("a host is not silent because this process stood still and could not hear it", () => {
  const pulse = pulseOf({ bytes: 1 });
  look(pulse, 0, 500);

  // Ten seconds later; the answer lies unread in the channel.
  pulse.due(10_500);
  const afterwards = pulse.silent();
  pulse.heard(1);

  expect(afterwards).toBe(false);
  expect(pulse.due(11_000)).toBe(2);
});

test("memory over the bound ends a host at once, memory near it only after a minute", async () => {
  const rss = { bytes: 800 };
  const pulse = pulseOf(rss);
  pulse.due(0);
  await Promise.resolve();
  const early = [pulse.overMemory(), pulse.wantsRest(59_000)];
  const late = pulse.wantsRest(61_000);

  rss.bytes = 1_001;
  pulse.due(200);
  await Promise.resolve();

  expect(early).toEqual([null, false]);
  expect(late).toBe(true);
  expect(pulse.overMemory()?.code).toBe("out_of_memory");
});

import { sleep } from "../../base/clock.ts";
import type { SimulateOptions } from "../deps.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { interruptible } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { Output } from "../output.ts";
import { SimulatedFinlink } from "./finlink.ts";
import { configText, liveLine } from "./report.ts";
import { type Listening, listen } from "./server.ts";

const LOOK_EVERY_MS = 1_000;
const ASK_EVERY_MS = 250;

/**
 * `longstop simulate finlink`: listens, says what goes into the configuration, waits until somebody
 * receives at `to`, and then lets time run. When its play is over it stays, so that it can be asked.
 */
export async function simulate(options: SimulateOptions, io: Io): Promise<number> {
  const out = new Output(io, options.json);
  const { to, speed } = options;
  const post = (url: string, init: RequestInit): Promise<Response> => io.fetch(url, init);
  const finlink = new SimulatedFinlink(options.scenario, { clock: io.clock, post, to, speed });
  const listening = listenAt(finlink, options.port);
  try {
    introduce(options, finlink, listening, out);
    await interruptible(io, async (interrupted) => {
      await receiver(to, io, out, interrupted);
      if (interrupted.aborted) return;
      finlink.start();
      await watch(finlink, io, out, interrupted);
    });
    if (!out.json) out.note(liveLine(finlink.stats()));
    return EXIT.OK;
  } finally {
    finlink.end();
    await listening.stop();
  }
}

function listenAt(finlink: SimulatedFinlink, port: number): Listening {
  try {
    return listen(finlink, port);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliFailure(
      EXIT.FAILED,
      `cannot listen at 127.0.0.1:${port}: ${reason}`,
      "Choose another with --port, or 0 for any that is free.",
    );
  }
}

function introduce(
  { to, speed }: SimulateOptions,
  { credentials }: SimulatedFinlink,
  { url }: Listening,
  out: Output,
): void {
  const source = /^\/in\/([^/]+)/.exec(new URL(to).pathname)?.[1] ?? "bank";
  const config = configText(source, url, credentials, speed);
  if (out.json) return out.object({ url, to, credentials, config }, true);
  out.note(`A Finlink that answers at ${url} and sends its webhooks to ${to}.`);
  out.note("It needs in longstop.config.ts:");
  out.block(config);
  out.note(`Truth: ${url}/__truth, figures: ${url}/__stats. Ctrl-C ends it.`);
}

/** Waits until somebody answers at the target's address, whatever the answer. */
async function receiver(to: string, io: Io, out: Output, interrupted: AbortSignal): Promise<void> {
  const { origin } = new URL(to);
  let told = false;
  while (!interrupted.aborted) {
    const answers = await io
      .fetch(`${origin}/healthz`, { redirect: "manual", signal: interrupted })
      .then(() => true)
      .catch(() => false);
    if (answers) return;
    if (!told) out.note(`Nobody answers at ${origin} yet; time begins when somebody does.`);
    told = true;
    await sleep(io.clock, ASK_EVERY_MS, interrupted);
  }
}

async function watch(
  finlink: SimulatedFinlink,
  io: Io,
  out: Output,
  interrupted: AbortSignal,
): Promise<void> {
  let finished = false;
  while (!interrupted.aborted) {
    const stats = finlink.stats();
    if (out.json) out.object(stats, true);
    else out.progress(liveLine(stats));
    if (stats.finished && !finished) {
      finished = true;
      out.settle();
      out.note("The play is over: nothing changes any more. It stays to be asked until Ctrl-C.");
    }
    await sleep(io.clock, LOOK_EVERY_MS, interrupted);
  }
  out.settle();
}

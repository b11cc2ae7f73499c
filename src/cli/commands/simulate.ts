import { parseDuration } from "../../base/duration.ts";
import { type Call, type Command, InvalidValue, type Option } from "../command.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { wholeNumber } from "../options.ts";
import { changesOf, SCENARIO, type Scenario } from "../simulate/scenario.ts";

const PORT_DEFAULT = 8090;
const DURATION_DEFAULT = "1d";
const SPEED_DEFAULT = 1_440;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const share: NonNullable<Option["read"]> = (text) => {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) {
    throw new InvalidValue("it takes a share from 0 to 1, e.g. 0.2.");
  }
  return value;
};

const duration: NonNullable<Option["read"]> = (text) => {
  const ms = parseDuration(text);
  if (ms === undefined || ms > 365 * DAY_MS) {
    throw new InvalidValue("it takes a duration up to 365d: 30m, 6h, 14d.");
  }
  return ms;
};

/** Of no time nothing can be played. */
const whole: NonNullable<Option["read"]> = (text, io) => {
  const ms = duration(text, io);
  if (Number(ms) < MINUTE_MS) throw new InvalidValue("it takes a duration from 1m to 365d.");
  return ms;
};

const retries: NonNullable<Option["read"]> = (text) => {
  const waits = text.split(",").map((each) => parseDuration(each));
  if (text !== "none" && (waits.length > 50 || waits.includes(undefined))) {
    throw new InvalidValue("it takes up to 50 durations, e.g. 1m,5m,30m, or none.");
  }
  return text;
};

const OPTIONS: readonly Option[] = [
  { flags: "--to <url>", summary: "where its webhooks go: http://127.0.0.1:8080/in/<source>" },
  {
    flags: "--port <port>",
    summary: `where its API listens, on loopback; 0: any (default ${PORT_DEFAULT})`,
    read: wholeNumber(0, 65_535),
  },
  {
    flags: "--seed <number>",
    summary: "the same seed is the same play (default 1)",
    read: wholeNumber(0, 4_294_967_295),
  },
  {
    flags: "--connections <count>",
    summary: `how many there will be (default ${SCENARIO.connections})`,
    read: wholeNumber(1, 100_000),
  },
  {
    flags: "--events <count>",
    summary: "about so many changes are told (default: one a day of each connection)",
    read: wholeNumber(1, 1_000_000),
  },
  {
    flags: "--duration <time>",
    summary: `simulated time it plays (default ${DURATION_DEFAULT})`,
    read: whole,
  },
  {
    flags: "--speed <factor>",
    summary: `simulated seconds in a real one (default ${SPEED_DEFAULT}: a day in a minute)`,
    read: wholeNumber(1, 1_000_000),
  },
  { flags: "--lose <share>", summary: "of the webhooks: never sent", read: share },
  { flags: "--double <share>", summary: "of the webhooks: sent twice", read: share },
  {
    flags: "--delay <time>",
    summary: "each webhook is up to so much late, simulated (default 1m)",
    read: duration,
  },
  {
    flags: "--reorder <share>",
    summary: "of the webhooks: so late that a later one overtakes",
    read: share,
  },
  {
    flags: "--burst <share>",
    summary: "of the webhooks: held back, and sent with others at once",
    read: share,
  },
  {
    flags: "--vague <share>",
    summary: "of the webhooks: name no connection that can be known",
    read: share,
  },
  {
    flags: "--faults <share>",
    summary: "of the calls to its API: answered 500 or 429, or not at all",
    read: share,
  },
  {
    flags: "--outage <time>",
    summary:
      "it goes away in the middle for so long, simulated; the webhooks of that time are lost",
    read: duration,
  },
  {
    flags: "--sessions-end <count>",
    summary: "so many times all sessions end early",
    read: wholeNumber(0, 1_000),
  },
  {
    flags: "--keys <count>",
    summary: "signs with so many keys, one after the other (default 1)",
    read: wholeNumber(1, 1_000),
  },
  {
    flags: "--retries <times>",
    summary: "simulated waits before further tries of a webhook; none (default 1m,5m,30m,2h)",
    read: retries,
  },
  { flags: "--allow-remote", summary: "also send to a server that is not on this machine" },
];

const finlink: Command = {
  name: "finlink",
  summary: "Vumi Finlink: its API, and its webhooks as they fail in practice",
  about:
    "Plays a Finlink on loopback: login (one session per credential pair), connections, pending tokens, accounts and verification keys as documented, and ES256-signed webhooks that are lost, doubled, late, out of order and in bursts as the options say. Prints what goes into the configuration, waits until the server answers, and then lets simulated time run. GET /__truth tells all connections with their history, /__stats the figures; POST /__control takes faults-on, faults-off or finish.",
  options: OPTIONS,
  examples: [
    [
      "simulate finlink --to http://127.0.0.1:8080/in/bank",
      "a day in a minute, nothing goes wrong",
    ],
    [
      "simulate finlink --to http://127.0.0.1:8080/in/bank --lose 0.2 --double 0.2 --reorder 0.2 --faults 0.05",
      "as bad as it gets",
    ],
    [
      "simulate finlink --to http://127.0.0.1:8080/in/bank --connections 200 --duration 14d --speed 20160 --outage 12h",
      "two weeks in a minute, with an outage longer than its retries",
    ],
  ],
  run,
};

export const simulate: Command = {
  name: "simulate",
  summary: "play a provider that loses, doubles and reorders its webhooks",
  examples: [["simulate finlink --to http://127.0.0.1:8080/in/bank", "a day in a minute"]],
  commands: [finlink],
};

async function run({ given, deps, out }: Call): Promise<number> {
  return deps.simulate({
    to: targetOf(given.text("to"), given.flag("allowRemote")),
    port: given.number("port") ?? PORT_DEFAULT,
    speed: given.number("speed") ?? SPEED_DEFAULT,
    scenario: scenarioOf((name) => given.number(name), given.text("retries")),
    json: out.json,
  });
}

/** Not every address may be sent a flood of signed requests by mistake. */
function targetOf(text: string | undefined, remote: boolean): string {
  const url = URL.parse(text ?? "");
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CliFailure(
      EXIT.USAGE,
      text === undefined ? "--to is missing" : `--to ${text} is no http address`,
      "It takes where webhooks go, e.g. --to http://127.0.0.1:8080/in/bank",
    );
  }
  if (!remote && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    throw new CliFailure(
      EXIT.USAGE,
      `${url.hostname} is not on this machine`,
      "If it is a server of yours that may be sent made-up webhooks, add --allow-remote.",
    );
  }
  return url.href;
}

function scenarioOf(
  number: (name: string) => number | undefined,
  retries: string | undefined,
): Scenario {
  const connections = number("connections") ?? SCENARIO.connections;
  const durationMs = number("duration") ?? SCENARIO.durationMs;
  return {
    seed: number("seed") ?? SCENARIO.seed,
    connections,
    changes: number("events") ?? changesOf(connections, durationMs),
    durationMs,
    loseShare: number("lose") ?? SCENARIO.loseShare,
    doubleShare: number("double") ?? SCENARIO.doubleShare,
    delayMsMax: number("delay") ?? SCENARIO.delayMsMax,
    reorderShare: number("reorder") ?? SCENARIO.reorderShare,
    burstShare: number("burst") ?? SCENARIO.burstShare,
    vagueShare: number("vague") ?? SCENARIO.vagueShare,
    faultShare: number("faults") ?? SCENARIO.faultShare,
    outageMs: number("outage") ?? SCENARIO.outageMs,
    sessionEnds: number("sessionsEnd") ?? SCENARIO.sessionEnds,
    keys: number("keys") ?? SCENARIO.keys,
    retriesMs: retries === undefined ? SCENARIO.retriesMs : waitsOf(retries),
  };
}

const waitsOf = (text: string): number[] =>
  text === "none" ? [] : text.split(",").map((each) => parseDuration(each) ?? 0);

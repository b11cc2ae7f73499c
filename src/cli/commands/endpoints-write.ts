import { type Json, textIn } from "../api.ts";
import { type Call, InvalidValue, type Option } from "../command.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { wholeNumber } from "../options.ts";
import { toned } from "../style.ts";
import { pathOf } from "./endpoints-view.ts";

const json: NonNullable<Option["read"]> = (text) => {
  try {
    JSON.parse(text);
    return text;
  } catch {
    // What is wrong with it stands in what it takes.
    throw new InvalidValue('it takes JSON, such as \'{"amount":{"$gte":1000}}\'.');
  }
};

export const UPDATE_OPTIONS: readonly Option[] = [
  {
    flags: "--type <type>",
    summary: "event types, exact or with `*`; may be repeated",
    many: true,
  },
  { flags: "--filter <json>", summary: "on the payload; null takes it away", read: json },
  {
    flags: "--header <header>",
    summary: "`Name: value`, sent with each request; may be repeated",
    many: true,
  },
  {
    flags: "--auth <json>",
    summary: '{"bearer":"…"}, {"basic":{…}}, {"header":{…}}, {"oauth2":{…}} or null',
    read: json,
  },
  {
    flags: "--strategy <strategy>",
    summary: "how it gets them",
    choices: ["push", "batch", "pull"],
  },
  {
    flags: "--order <order>",
    summary: "connection: one after the other",
    choices: ["none", "connection"],
  },
  { flags: "--rate-limit <rate>", summary: "100/s, 600/m" },
  { flags: "--concurrency <count>", summary: "requests at a time", read: wholeNumber(1, 1000) },
  { flags: "--timeout <duration>", summary: "of one request (15s)" },
  { flags: "--confirm <duration>", summary: "how long it has to confirm" },
  { flags: "--to <url>", summary: "another address" },
];

export const CREATE_OPTIONS: readonly Option[] = [
  { flags: "--name <name>", summary: "what it is called (default: made of its host)" },
  { flags: "--secret <secret>", summary: "what signs, whsec_… or whsk_… (default: one is made)" },
  ...UPDATE_OPTIONS.filter(({ flags }) => !flags.startsWith("--to ")),
];

/** The given options as the API takes them. */
function settingsOf({ given }: Call): Json {
  const parsed = (name: string): unknown => {
    const text = given.text(name);
    return text === undefined ? undefined : JSON.parse(text);
  };
  const headers = given.texts("header").map(header);
  const types = given.texts("type");
  const all = {
    url: given.text("to"),
    types: types.length === 0 ? undefined : types,
    filter: parsed("filter"),
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
    auth: parsed("auth"),
    strategy: given.text("strategy"),
    order: given.text("order"),
    rateLimit: given.text("rateLimit"),
    concurrency: given.number("concurrency"),
    timeout: given.text("timeout"),
    confirm: given.text("confirm"),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function header(text: string): readonly [string, string] {
  const colon = text.indexOf(":");
  if (colon > 0) return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  throw new CliFailure(
    EXIT.USAGE,
    `\`${text.slice(0, 40)}\` is not a header`,
    "Write --header 'Name: value'.",
  );
}

export async function create(call: Call): Promise<number> {
  const { given, out, client } = call;
  const [url, name, secret] = [given.operand(0), given.text("name"), given.text("secret")];
  if (url === "" && given.text("strategy") !== "pull") {
    throw new CliFailure(
      EXIT.USAGE,
      "where should events be sent to?",
      "Give a URL, or --strategy pull for a subscriber that comes for them.",
    );
  }
  const answer = await (await client()).post("/v1/endpoints", {
    ...settingsOf(call),
    ...(url === "" ? {} : { url }),
    ...(name === undefined ? {} : { name }),
    ...(secret === undefined ? {} : { secret }),
  });
  if (out.json) {
    out.object(answer);
    return EXIT.OK;
  }
  const made = textIn(answer, "secret");
  out.note(
    "Registered ",
    toned(textIn(answer, "name") ?? "", "strong"),
    ` (${textIn(answer, "id") ?? ""}).`,
  );
  if (made !== null) {
    out.note("It verifies with this secret, which is not shown again:");
    out.line(made);
  }
  if (textIn(answer, "strategy") === "pull") tellHowToPull(call, textIn(answer, "name") ?? "");
  return EXIT.OK;
}

function tellHowToPull({ out }: Call, name: string): void {
  out.note(
    `It comes for its events: GET /v1/endpoints/${name}/messages, then POST …/ack, with a key of its own:`,
  );
  out.note(`longstop keys create --name ${name} --scope pull:${name}`);
}

export async function update(call: Call): Promise<number> {
  const { given, out, client } = call;
  const change = settingsOf(call);
  if (Object.keys(change).length === 0) {
    throw new CliFailure(
      EXIT.USAGE,
      "nothing to change",
      "See `longstop endpoints update --help`.",
    );
  }
  const answer = await (await client()).patch(pathOf(given.operand(0)), change);
  if (out.json) out.object(answer);
  else out.note("Changed ", toned(textIn(answer, "name") ?? "", "strong"), ".");
  return EXIT.OK;
}

import { nearest } from "../../config/nearest.ts";
import type { Preset } from "../../providers/provider.ts";
import { jsonOf, listOf, textIn } from "../api.ts";
import { reasonOf } from "../client.ts";
import { type Call, type Command, InvalidValue } from "../command.ts";
import { CliFailure, EXIT, type ExitCode } from "../exit.ts";
import { CONFIG, wholeNumber } from "../options.ts";
import { toned } from "../style.ts";
import { counted } from "../text.ts";
import { choose, type Target } from "./send-source.ts";

const ID_CHARACTERS = 24;
const SEND_MS_MAX = 30_000;

export const send: Command = {
  name: "send",
  summary: "post a correctly signed sample webhook, as the provider would",
  about:
    "Signs with the secret of the source in the configuration, or with --secret. Without a type it lists those it can make; with --source the first of them is sent. Nothing at the provider is touched.",
  operands: [
    { name: "provider", summary: "stripe, github, …", required: true },
    { name: "type", summary: "the event's type", required: false },
  ],
  options: [
    {
      flags: "--source <name>",
      summary: "sign for and post to this source (default: the only one of this provider)",
    },
    {
      flags: "--to <url>",
      summary: "post there instead (the full URL, or a server's: /in/<source> is added)",
    },
    { flags: "--secret <secret>", summary: "sign with this instead of the configuration's" },
    {
      flags: "--count <count>",
      summary: "so many, each with an id of its own (default 1)",
      read: wholeNumber(1, 100_000),
    },
    {
      flags: "--id <id>",
      summary: "the provider's id of the event; sent again, it is a duplicate",
      read: idText,
    },
    CONFIG,
  ],
  examples: [
    ["send github", "list the types it can make"],
    ["send github push", "one push to the only github source"],
    ["send stripe invoice.paid --source payments --count 100", "a hundred different ones"],
    ["send stripe invoice.paid --id evt_same --count 2", "the second is a duplicate"],
    [
      "send stripe invoice.paid --to http://127.0.0.1:8080/in/try --secret whsec_…",
      "to a server configured elsewhere",
    ],
  ],
  run,
};

async function run(call: Call): Promise<number> {
  const { given, out } = call;
  const preset = await presetNamed(call, given.operand(0));
  const type = given.operand(1) || firstType(call, preset);
  if (type === "") return listTypes(call, preset);
  const target = await choose(call, preset);
  if (!preset.sampleTypes.includes(type)) unlisted(call, preset, type);
  const count = given.number("count") ?? 1;
  let worst: ExitCode = EXIT.OK;
  let accepted = 0;
  for (let sent = 0; sent < count; sent++) {
    const code = await sendOne(call, preset, type, target);
    if (code === EXIT.OK) accepted++;
    else worst = code;
  }
  if (count > 1 && !out.json) out.note(`${accepted} of ${counted(count, "request")} accepted.`);
  return worst;
}

async function presetNamed({ deps }: Call, name: string): Promise<Preset> {
  const presets = await deps.presets();
  const found = presets.find((preset) => preset.name === name);
  if (found !== undefined) return found;
  const names = presets.map((preset) => preset.name);
  const near = nearest(name, names);
  throw new CliFailure(
    EXIT.USAGE,
    `there is no provider \`${name}\``,
    near === undefined
      ? `There are: ${names.join(", ")}.`
      : `Did you mean ${near}? There are: ${names.join(", ")}.`,
  );
}

/** Who names a source wants something sent there, whatever it is: the pages show such a line to try a source with. */
function firstType({ given }: Call, preset: Preset): string {
  return given.text("source") === undefined ? "" : (preset.sampleTypes[0] ?? "");
}

/** Providers have more types than there are samples of, so that it may be meant; or it is misspelt. */
function unlisted({ out }: Call, preset: Preset, type: string): void {
  const near = nearest(type, preset.sampleTypes);
  out.note(
    `\`${type}\` is none of the types that \`longstop send ${preset.name}\` lists; sent as it is, with what a sample of ${preset.title} holds.`,
    near === undefined ? "" : ` Did you mean ${near}?`,
  );
}

function listTypes({ out }: Call, preset: Preset): number {
  if (out.json) out.object({ provider: preset.name, types: preset.sampleTypes });
  else {
    out.note(
      `Types that a sample of ${preset.title} can have (\`longstop send ${preset.name} <type>\`):`,
    );
    for (const type of preset.sampleTypes) out.line(type);
  }
  return EXIT.OK;
}

async function sendOne(
  { given, io, out }: Call,
  preset: Preset,
  type: string,
  target: Target,
): Promise<ExitCode> {
  const id = given.text("id") ?? io.random.text(ID_CHARACTERS);
  const sample = preset.sample(type, io.clock.now(), id, target.source, target.signedUrl);
  if (!sample.ok)
    throw new CliFailure(
      EXIT.USAGE,
      sample.error,
      `\`longstop send ${preset.name}\` lists the types it can make.`,
    );
  const { method, headers, body, query } = sample.value;
  const response = await posted(
    io,
    `${target.url}${query}`,
    { method, headers: { ...headers }, body: new Uint8Array(body), redirect: "manual" },
    target.url,
  );
  const answer = jsonOf(response.answer);
  const shown = { status: response.status, id, url: target.url, answer: response.answer };
  if (out.json) out.object(shown, true);
  else if (response.status < 300) showAccepted({ out }, response.status, answer);
  else {
    out.line(
      toned(`✗ ${response.status}`, "bad"),
      ` ${textIn(answer, "code") ?? ""} `,
      textIn(answer, "detail") ?? textIn(answer, "title") ?? "",
    );
    const remedy = remedyOf(response.status, target.source.name, given.text("secret"));
    if (remedy !== null) out.note(remedy);
  }
  if (response.status < 300) return EXIT.OK;
  if (response.status === 404) return EXIT.NOT_FOUND;
  return response.status === 429 || response.status >= 500 ? EXIT.UNAVAILABLE : EXIT.FAILED;
}

/** What the sender of a sample can do about a refusal; `null` when its detail says it all. */
function remedyOf(status: number, source: string, secret: string | undefined): string | null {
  if (status === 404) return "Say to which source with --source, or give its full URL with --to.";
  if (status !== 401) return null;
  const other =
    secret === undefined
      ? "The server runs with another secret than the configuration and environment here: reload it, or sign with its own by --secret."
      : "The server knows another secret than the one given with --secret.";
  return `${other} What it got is kept: \`longstop quarantine --source ${source}\`.`;
}

function showAccepted(
  { out }: Pick<Call, "out">,
  code: number,
  answer: ReturnType<typeof jsonOf>,
): void {
  const events = listOf(answer["events"]).map(jsonOf);
  if (events.length === 0) out.line(toned(`✓ ${code}`, "good"), " accepted");
  for (const event of events) {
    const word = event["duplicate"] === true ? toned("duplicate of ", "waiting") : "";
    out.line(toned(`✓ ${code}`, "good"), " accepted  ", word, textIn(event, "id") ?? "");
  }
}

async function posted(
  io: Call["io"],
  url: string,
  init: RequestInit,
  shown: string,
): Promise<{ status: number; answer: unknown }> {
  const tooLong = new AbortController();
  const cancel = io.clock.after(SEND_MS_MAX, () => tooLong.abort());
  try {
    const response = await io.fetch(url, { ...init, signal: tooLong.signal });
    const text = await response.text();
    return { status: response.status, answer: answerOf(text) };
  } catch (cause) {
    const why = tooLong.signal.aborted
      ? `no answer within ${SEND_MS_MAX / 1000} s`
      : reasonOf(cause);
    throw new CliFailure(
      EXIT.UNREACHABLE,
      `cannot post to ${shown}: ${why}`,
      "Start the server with `longstop serve` or `longstop dev`, or say where it is with --to.",
    );
  } finally {
    cancel();
  }
}

function answerOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Some providers want an empty or a plain answer.
    return text === "" ? null : text;
  }
}

function idText(text: string): string {
  if (/^[\x21-\x7e]{1,256}$/.test(text)) return text;
  throw new InvalidValue("it takes 1 to 256 printable characters without spaces.");
}

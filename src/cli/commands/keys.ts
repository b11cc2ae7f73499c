import { readKey, textIn } from "../api.ts";
import { segment } from "../client.ts";
import { type Command, InvalidValue } from "../command.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { list } from "../listing.ts";
import { toned } from "../style.ts";

const SCOPE = /^(admin|read|publish|pull:[A-Za-z0-9_.-]{1,64})$/;

export const keys: Command = {
  name: "keys",
  summary: "list, create and revoke keys of the API",
  about: "A key is shown once, when it is made; the server keeps only its hash.",
  fallback: "list",
  examples: [
    ["keys", "who has access"],
    ["keys create --name grafana --scope read", "a key that can only read"],
    ["keys revoke key_8fk2", "it stops working at once"],
  ],
  commands: [
    {
      name: "list",
      summary: "list keys (never their secrets)",
      examples: [["keys list --json", "as one JSON object"]],
      run: async (call) => {
        await list(call, {
          path: "/v1/keys",
          query: {},
          read: readKey,
          columns: [
            { title: "ID", cell: (key) => key.id },
            { title: "NAME", cell: (key) => key.name, least: 8 },
            { title: "SCOPES", cell: (key) => key.scopes.join(", "), least: 8 },
            { title: "CREATED", cell: (key) => toned(call.out.time(key.createdAt), "faint") },
          ],
          noun: "key",
          whole: true,
        });
        return EXIT.OK;
      },
    },
    {
      name: "create",
      summary: "make a key and print it, once",
      about: "The key alone goes to stdout, so that it can be piped into a secret store.",
      options: [
        { flags: "--name <name>", summary: "what or whom it is for (required)" },
        {
          flags: "--scope <scope>",
          summary: "admin, read, publish or pull:<endpoint>; may be repeated (default: read)",
          many: true,
          read: scope,
        },
      ],
      examples: [
        ["keys create --name ci --scope read", "for reading"],
        ["keys create --name alice --scope admin", "for everything"],
      ],
      run: async ({ given, out, client }) => {
        const name = given.text("name") ?? "";
        if (name === "")
          throw new CliFailure(
            EXIT.USAGE,
            "the key needs a name",
            "Say what or whom it is for: --name grafana.",
          );
        const asked = given.texts("scope");
        const scopes = asked.length === 0 ? ["read"] : asked;
        const answer = await (await client()).post("/v1/keys", { name, scopes });
        if (out.json) out.object(answer);
        else {
          out.note(
            "Key ",
            toned(readKey(answer).id, "strong"),
            ` (${scopes.join(", ")}) for `,
            name,
            ". It is not shown again:",
          );
          out.line(textIn(answer, "secret") ?? textIn(answer, "key") ?? "");
        }
        return EXIT.OK;
      },
    },
    {
      name: "revoke",
      summary: "make a key useless, at once and for good",
      operands: [{ name: "key", summary: "its id: key_…", required: true }],
      examples: [["keys revoke key_8fk2", "it stops working at once"]],
      run: async ({ given, out, client }) => {
        const id = given.operand(0);
        const answer = await (await client()).delete(`/v1/keys/${segment(id, "key id")}`);
        if (out.json) out.object(Object.keys(answer).length === 0 ? { id, revoked: true } : answer);
        else out.note("Revoked ", toned(id, "strong"), ".");
        return EXIT.OK;
      },
    },
  ],
};

function scope(text: string): string {
  if (!SCOPE.test(text))
    throw new InvalidValue("it takes admin, read, publish or pull:<endpoint>.");
  return text;
}

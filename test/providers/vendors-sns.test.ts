import { afterEach, describe, expect, spyOn, test } from "bun:test";
import { EventEmitter } from "node:events";
import https from "node:https";
import Validator from "sns-validator";
import { presetByName } from "../../src/providers/index.ts";
import { sourceSettings } from "../support/settings.ts";
import certificates from "../vectors/certificates.json";
import { AT } from "./requests.ts";
import { CONFIRMATION, NOTIFICATION, signed, world } from "./sns-world.ts";

describe("Amazon's own validator", () => {
  afterEach(() => {
    spied.mockRestore();
  });
  let spied = spyOn(https, "get");

  const validated = (message: object): Promise<boolean> => {
    spied = spyOn(https, "get").mockImplementation(((_: string, got: (r: EventEmitter) => void) => {
      const response = Object.assign(new EventEmitter(), { statusCode: 200 });
      got(response);
      response.emit("data", certificates.sns);
      response.emit("end");
      return new EventEmitter();
    }) as unknown as typeof https.get);
    return new Promise((resolve) => {
      new Validator().validate(JSON.stringify(message), (error) => resolve(error === null));
    });
  };

  test("takes what we sign, and refuses it changed", async () => {
    const preset = presetByName("sns");
    const source = sourceSettings({
      provider: "sns",
      verify: null,
      publicKey: certificates.privateKey,
    });
    const made = preset?.sample("Notification", AT, "id1", source, "https://hooks.test/in/shop");
    if (made?.ok !== true) throw new Error(made?.error);
    const message = JSON.parse(Buffer.from(made.value.body).toString());
    expect(await validated(message)).toBe(true);
    expect(await validated({ ...message, Message: "other" })).toBe(false);
    expect(await validated(signed(CONFIRMATION))).toBe(true);
  });

  test("agrees with ours on messages of either version", async () => {
    for (const SignatureVersion of ["1", "2"]) {
      for (const change of [{}, { Message: "other" }, { Subject: "other" }]) {
        const message = { ...signed({ ...NOTIFICATION, SignatureVersion }), ...change };
        const { post } = world();
        expect((await post(message)) === "200").toBe(await validated(message));
      }
    }
  });
});

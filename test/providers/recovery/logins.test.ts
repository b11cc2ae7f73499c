import { describe, expect, test } from "bun:test";
import { presetByName } from "../../../src/providers/index.ts";
import { Sessions } from "../../../src/providers/sessions.ts";
import { sourceSettings } from "../../support/settings.ts";
import { SimClock } from "../../support/sim-clock.ts";
import { Network } from "../network.ts";
import { AT } from "../requests.ts";

const credentials = { clientId: "ada", clientSecret: "s:3&cret" };

function world(provider: string, answer: () => Response) {
  const network = new Network(answer);
  const clock = new SimClock(AT);
  const sessions = new Sessions({ fetch: network.fetch, clock });
  const login = presetByName(provider)?.login?.(sourceSettings({ provider, credentials }));
  if (login === undefined) throw new Error(`${provider} has no login`);
  return { network, clock, token: () => sessions.token(login) };
}

const given = (fields: Record<string, unknown>) => () => Response.json(fields);

describe("sessions with client credentials (OAuth 2.0)", () => {
  test("PayPal's are asked with a form and HTTP Basic", async () => {
    const { network, token } = world("paypal", given({ access_token: "t1", expires_in: 32_400 }));
    expect(await token()).toEqual({ ok: true, value: "t1" });
    const [asked] = network.asked;
    expect(asked?.url).toBe("https://api-m.paypal.com/v1/oauth2/token");
    expect(asked?.body).toBe("grant_type=client_credentials");
    expect(asked?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    expect(atob(asked?.headers.get("authorization")?.slice(6) ?? "")).toBe("ada:s:3&cret");
  });

  test("HubSpot's are in the form, encoded", async () => {
    const { network, token } = world("hubspot", given({ access_token: "t1" }));
    expect((await token()).ok).toBe(true);
    expect(new URLSearchParams(network.asked[0]?.body).get("client_secret")).toBe("s:3&cret");
    expect(network.asked[0]?.headers.get("authorization")).toBe(null);
  });

  test("a session lasts as long as the answer says, and never longer than is known", async () => {
    for (const [seconds, renewedAfterMs] of [
      [600, 550_000],
      [10 ** 9, 8 * 3_300_000],
    ] as const) {
      const answer = given({ access_token: "t1", expires_in: seconds });
      const { network, clock, token } = world("paypal", answer);
      await token();
      await clock.advance(renewedAfterMs - 1);
      await token();
      expect(network.asked.length).toBe(1);
      await clock.advance(1);
      await token();
      expect(network.asked.length).toBe(2);
    }
  });

  test("what is called otherwise is no token", async () => {
    for (const fields of [{ token: "t1" }, { access_token: "" }, { access_token: "a\nb" }]) {
      const { token } = world("paypal", given(fields));
      expect(await token()).toEqual({ ok: false, error: "unavailable" });
    }
  });
});

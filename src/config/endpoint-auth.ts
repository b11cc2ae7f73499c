import { headerValueFault, isReservedHeader } from "../base/outgoing-headers.ts";
import { type Check, Fields, isObject, text, wrongType } from "./check.ts";
import { endpointUrl, type Reach } from "./endpoint-url.ts";
import type { EndpointAuth } from "./settings.ts";
import { headerName } from "./values.ts";

const KINDS = ["basic", "bearer", "header", "oauth2"] as const;
const ALLOWED =
  "one of { basic: { username, password } }, { bearer }, { header: { name, value } }, { oauth2: { tokenUrl, clientId, clientSecret } }";

/** How a subscriber knows us, beside the signature: exactly one of four ways, named by its key. */
export function endpointAuth(reach: Reach): Check<EndpointAuth> {
  return (value, place) => {
    if (!isObject(value)) return wrongType(value, place, ALLOWED);
    const fields = new Fields(value, place, KINDS);
    const given = KINDS.filter((kind) => fields.has(kind));
    const [kind] = given;
    if (kind === undefined || given.length > 1) {
      return place.fault(value, { message: "is not one way to log in", allowed: ALLOWED });
    }
    return fields.read<EndpointAuth, undefined>(kind, waysOf(reach)[kind], undefined);
  };
}

const waysOf = (reach: Reach): Readonly<Record<EndpointAuth["kind"], Check<EndpointAuth>>> => ({
  basic,
  bearer: (value, place) => {
    const token = headerValue(value, place);
    return token === undefined ? undefined : { kind: "bearer", token };
  },
  header,
  oauth2: (value, place) => oauth2(new Fields(value, place, OAUTH2_KEYS), reach),
});

const basic: Check<EndpointAuth> = (value, place) => {
  const fields = new Fields(value, place, ["username", "password"]);
  const username = fields.need("username", text, "", "is missing", "a text without a colon");
  if (username.includes(":")) {
    place.at("username").fault(username, {
      message: "has a colon, which ends a user's name",
      allowed: "a text without a colon",
    });
  }
  return {
    kind: "basic",
    username,
    password: fields.need("password", text, "", "is missing", "a text"),
  };
};

const header: Check<EndpointAuth> = (value, place) => {
  const fields = new Fields(value, place, ["name", "value"]);
  return {
    kind: "header",
    name: fields.need("name", sentHeaderName, "", "is missing", 'such as "x-api-key"'),
    value: fields.need("value", headerValue, "", "is missing", "a text"),
  };
};

const OAUTH2_KEYS = ["tokenUrl", "clientId", "clientSecret", "scope", "audience"];

function oauth2(fields: Fields, reach: Reach): EndpointAuth {
  return {
    kind: "oauth2",
    tokenUrl: fields.need(
      "tokenUrl",
      endpointUrl(reach),
      "",
      "is missing: where tokens are asked for",
      "an https URL",
    ),
    clientId: fields.need("clientId", text, "", "is missing", "a text"),
    clientSecret: fields.need("clientSecret", text, "", "is missing", "a text"),
    scope: fields.read("scope", text, null),
    audience: fields.read("audience", text, null),
  };
}

/** Beside what sending sets itself: what would say something else about the body, or about us. */
const RESERVED = /^(?:content-.*|date|cookie)$/;

/** The name of a header that an endpoint may be sent beside ours. */
export const sentHeaderName: Check<string> = (value, place) => {
  const name = headerName(value, place);
  if (name === undefined || !(RESERVED.test(name) || isReservedHeader(name))) return name;
  return place.fault(value, {
    message: "is a header that sending sets itself",
    allowed: "another header",
  });
};

/** Visible ASCII and spaces within: what no server reads as two headers, or in two ways. */
export const headerValue: Check<string> = (value, place) => {
  const given = text(value, place);
  if (given === undefined || headerValueFault(given) === null) return given;
  return place.fault(given, {
    message: "cannot be a header's value",
    allowed: "up to 4096 visible ASCII characters, without line breaks",
  });
};

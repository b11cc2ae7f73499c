import type { SendingRefusal } from "./sending.ts";

/** Why something was not done, each with the remedy. */

export const invalid = (field: string | null, detail: string): SendingRefusal => ({
  code: "invalid",
  field,
  detail,
});

export const notFound = (detail: string): SendingRefusal => ({
  code: "not_found",
  field: null,
  detail,
});

export const wrongStatus = (detail: string): SendingRefusal => ({
  code: "wrong_status",
  field: null,
  detail,
});

export const nameTaken = (name: string): SendingRefusal => ({
  code: "conflict",
  field: "name",
  detail: `There is an endpoint ${JSON.stringify(name)} already; choose another name.`,
});

export const tooMany = (most: number): SendingRefusal => ({
  code: "conflict",
  field: null,
  detail: `There are ${most} endpoints; remove some.`,
});

export const inConfiguration = (name: string): SendingRefusal => ({
  code: "configured",
  field: null,
  detail: `endpoints.${name} stands in the configuration: change it there and reload.`,
});

export const secretInConfiguration = (name: string): SendingRefusal => ({
  code: "configured",
  field: null,
  detail: `The secret of endpoints.${name} stands in the configuration: write the new one there before the old one, separated by a space, and reload. Both sign until the old one is taken out.`,
});

export const unknownMessage = (field: string): SendingRefusal => ({
  code: "not_found",
  field,
  detail: "This endpoint was never given such a message.",
});

export const NO_ENDPOINT = notFound("There is no such endpoint.");

/** To whoever wants it paused. */
export const IS_DISABLED = "It is disabled, and gets nothing anyway; enable it first.";

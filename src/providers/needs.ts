import type { Preset } from "./provider.ts";

type Needs = Preset["needs"];

const NOTHING: Needs = {
  secrets: "unused",
  publicKey: "unused",
  verifyToken: "unused",
  credentials: "unused",
  apiKey: "unused",
  verify: "unused",
  event: "optional",
};

/** What a preset asks of its source's configuration; pointers into the payload are always welcome. */
export const needs = (given: Partial<Needs>): Needs => ({ ...NOTHING, ...given });

import { parseBytes, parseDuration } from "../base/duration.ts";
import { isPointer } from "../base/pointer.ts";
import { type Check, Fields, isObject, wrongType } from "./check.ts";

const DURATION = 'a duration such as "250ms", "30s", "15m", "24h" or "30d"';
const SIZE = 'a size such as "64KiB" or "5MiB"';

/** A duration in ms, within bounds given as texts; both included. */
export function duration(min: string, max: string): Check<number> {
  const [minMs, maxMs] = [parseDuration(min) ?? 0, parseDuration(max) ?? 0];
  return (value, place) => {
    if (typeof value === "number") {
      const seconds = value % 1000 === 0 ? `${value / 1000}s` : `${value}ms`;
      return place.fault(value, {
        message: "has no unit",
        allowed: DURATION,
        nearest: `${JSON.stringify(`${value}s`)} or ${JSON.stringify(seconds)}`,
      });
    }
    if (typeof value !== "string") return wrongType(value, place, DURATION);
    const ms = parseDuration(value);
    if (ms === undefined) {
      return place.fault(value, {
        message: "is not a duration",
        allowed: DURATION,
        nearest: durationNear(value),
      });
    }
    if (ms < minMs || ms > maxMs) {
      const nearest = JSON.stringify(ms < minMs ? min : max);
      return place.fault(value, {
        message: "is out of bounds",
        allowed: `from ${min} to ${max}`,
        nearest,
      });
    }
    return ms;
  };
}

/** `15 minutes`, `15min`, `1H` are what people write first. */
function durationNear(text: string): string | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\.?\s*$/i.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const word = match[2].toLowerCase();
  if (/^w(eeks?)?$/.test(word)) return JSON.stringify(`${Number(match[1]) * 7}d`);
  const unit = word.startsWith("milli") || word === "msec" ? "ms" : /^(s|m|h|d)/.exec(word)?.[0];
  return unit === undefined || word.startsWith("mo") ? undefined : JSON.stringify(match[1] + unit);
}

/** A size in bytes, within bounds in bytes; both included. A bare number counts bytes. */
export function size(min: number, max: number, bounds: string): Check<number> {
  return (value, place) => {
    if (typeof value !== "string" && typeof value !== "number")
      return wrongType(value, place, SIZE);
    const bytes = typeof value === "number" ? value : parseBytes(value);
    if (bytes === undefined || !Number.isInteger(bytes)) {
      const match = /^(\d+(?:\.\d+)?)\s*([kmg])i?b?$/i.exec(String(value).trim());
      const nearest = match
        ? JSON.stringify(`${match[1]}${match[2] === "k" ? "K" : match[2]?.toUpperCase()}iB`)
        : undefined;
      return place.fault(value, { message: "is not a size", allowed: SIZE, nearest });
    }
    if (bytes < min || bytes > max)
      return place.fault(value, { message: "is out of bounds", allowed: bounds });
    return bytes;
  };
}

/** A name in addresses and paths: `[a-z0-9-]`, 1 to 64. */
export const slug: Check<string> = (value, place) => {
  const allowed = "1 to 64 of a-z, 0-9 and -";
  if (typeof value !== "string") return wrongType(value, place, allowed);
  if (/^[a-z0-9-]{1,64}$/.test(value)) return value;
  const near = value
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 64);
  return place.fault(value, {
    message: "is not a name that fits into a URL",
    allowed,
    nearest: near === "" ? undefined : near,
  });
};

/** A JSON Pointer (RFC 6901). */
export const pointer: Check<string> = (value, place) => {
  const allowed = 'a JSON Pointer such as "/data/id"';
  if (typeof value !== "string") return wrongType(value, place, allowed);
  if (isPointer(value)) return value;
  return place.fault(value, {
    message: "is not a JSON Pointer",
    allowed,
    nearest: JSON.stringify(pointerNear(value)),
  });
};

/** `$.data.id`, `data.id` and `data/id` all mean `/data/id`. */
function pointerNear(text: string): string {
  const path = text.replace(/^\$?[./]?/, "").replaceAll(/\[(\d+)\]/g, "/$1");
  const parts = text.includes("/") ? path : path.replaceAll(".", "/");
  return `/${parts.replaceAll(/~(?![01])/g, "~0")}`;
}

/** An event type, exact or with `*` for any run of characters; at most 256 characters. */
export const glob: Check<string> = (value, place) => {
  const allowed = 'an event type, exact or with *, such as "invoice.*"';
  if (typeof value !== "string") return wrongType(value, place, allowed);
  if (value.length === 0 || value.length > 256 || /\s/.test(value)) {
    return place.fault(value, { message: "is no event type", allowed });
  }
  if (/[?[\]{}]|\*\*/.test(value)) {
    const nearest = JSON.stringify(value.replaceAll(/\*\*|\?|\[[^\]]*\]|\{[^}]*\}/g, "*"));
    return place.fault(value, {
      message: "has a wildcard other than a single *",
      allowed,
      nearest,
    });
  }
  return value;
};

/** An HTTP header's name, in lower case afterwards. */
export const headerName: Check<string> = (value, place) => {
  const allowed = 'the name of a header, such as "x-signature"';
  if (typeof value !== "string") return wrongType(value, place, allowed);
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(value)) return value.toLowerCase();
  const nearest = value.trim().replace(/:$/, "").replaceAll(/\s+/g, "-").toLowerCase();
  return place.fault(value, {
    message: "is not a header's name",
    allowed,
    nearest: nearest === "" ? undefined : JSON.stringify(nearest),
  });
};

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** `"100/s"`, `"600/m"`, `"1000/h"`, or `{ perSecond, burst }`. Burst defaults to one second's worth, at least 1. */
export const rate: Check<Rate> = (value, place) => {
  if (isObject(value)) {
    const fields = new Fields(value, place, ["perSecond", "burst"]);
    const perSecond = fields.need("perSecond", positive(1_000_000), 1, "is missing", "a number");
    return {
      perSecond,
      burst: fields.read("burst", positive(1_000_000), Math.max(1, Math.ceil(perSecond))),
    };
  }
  const allowed = '"100/s", "600/m", "1000/h" or { perSecond, burst }';
  const match = typeof value === "string" ? /^(\d+)\s*\/\s*(s|m|h)$/.exec(value.trim()) : null;
  const count = Number(match?.[1]);
  if (match === null || !(count > 0) || count > 1e9) {
    const nearest =
      typeof value === "number" && value > 0 ? JSON.stringify(`${Math.ceil(value)}/s`) : undefined;
    return place.fault(value, { message: "is not a rate", allowed, nearest });
  }
  const perSecond = count / ({ s: 1, m: 60, h: 3600 }[match[2] ?? "s"] ?? 1);
  return { perSecond, burst: Math.max(1, Math.ceil(perSecond)) };
};

function positive(max: number): Check<number> {
  const allowed = `a number above 0, up to ${max}`;
  return (value, place) =>
    typeof value === "number" && value > 0 && value <= max
      ? value
      : wrongType(value, place, allowed);
}

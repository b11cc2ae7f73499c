import { useEffect, useSyncExternalStore } from "react";
import { systemClock } from "../../../base/clock.ts";
import { exact, relative } from "../format.ts";

/** One clock for the whole page: all relative times move together. */
const TICK_MS = 1_000;
let now = systemClock.now();
const listeners = new Set<() => void>();

function tick(): void {
  now = systemClock.now();
  for (const listener of listeners) listener();
  systemClock.after(TICK_MS, tick);
}
systemClock.after(TICK_MS, tick);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Milliseconds since 1970, a second old at most. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** How long ago, or until when; the exact time is told on hover and to programs. */
export function Ago({ at, none = "never" }: { at: string | null | undefined; none?: string }) {
  const present = useNow();
  if (!at) return <span className="quiet">{none}</span>;
  return (
    <time dateTime={at} title={exact(at)}>
      {relative(Date.parse(at), present)}
    </time>
  );
}

/** The page's name in the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "" ? "Longstop" : `${title} · Longstop`;
  }, [title]);
}

import { useSyncExternalStore } from "react";
import { systemClock } from "../../../base/clock.ts";
import { Notice } from "./states.tsx";

interface Toast {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: string;
}

const SHOWN_MS = 6_000;
let toasts: readonly Toast[] = [];
let count = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says for a few seconds what came of an action. */
export function say(text: string, tone: Toast["tone"] = "good"): void {
  const id = ++count;
  set([...toasts.slice(-2), { id, tone, text }]);
  systemClock.after(SHOWN_MS, () => set(toasts.filter((toast) => toast.id !== id)));
}

export function sayFailure(error: unknown): void {
  say(error instanceof Error ? error.message : String(error), "bad");
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, tone, text }) => (
        <Notice key={id} tone={tone}>
          {text}
        </Notice>
      ))}
    </div>
  );
}

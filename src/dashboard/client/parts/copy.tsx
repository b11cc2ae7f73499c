import { useState } from "react";
import { systemClock } from "../../../base/clock.ts";
import { Icon } from "./icons.tsx";
import { sayFailure } from "./toasts.tsx";

const DONE_MS = 1_500;

/** Copies a text; says so in its place. Browsers allow it on https and localhost only: elsewhere it selects by hand. */
export function Copy({ text, label = "Copy" }: { text: string | (() => string); label?: string }) {
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await writeText(typeof text === "string" ? text : text());
      setDone(true);
      systemClock.after(DONE_MS, () => setDone(false));
    } catch (error) {
      sayFailure(error);
    }
  };
  return (
    <button type="button" className="button is-plain is-small" onClick={copy}>
      <Icon name={done ? "done" : "copy"} />
      {done ? "Copied" : label}
    </button>
  );
}

async function writeText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  throw new Error("This browser copies on https and localhost only; select the text by hand.");
}

/** A line to be copied: a command, an address, a secret. */
export function Copyable({ text }: { text: string }) {
  return (
    <div className="copyable">
      <code className="secret">{text}</code>
      <Copy text={text} />
    </div>
  );
}

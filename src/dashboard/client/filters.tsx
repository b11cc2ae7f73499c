import { useEffect, useRef, useState } from "react";
import { systemClock } from "../../base/clock.ts";
import { useKey } from "./keyboard.ts";
import { Icon } from "./parts/icons.tsx";
import { go, usePlace } from "./router.tsx";

/** Filters live in the address, so that a list can be sent to a colleague as it is. */
export function useFilters(): readonly [
  get: (name: string) => string,
  set: (name: string, value: string) => void,
] {
  const { path, query } = usePlace();
  const set = (name: string, value: string): void => {
    const next = new URLSearchParams(query);
    if (value === "") next.delete(name);
    else next.set(name, value);
    const search = next.toString();
    go(search === "" ? path : `${path}?${search}`, { replace: true });
  };
  return [(name) => query.get(name) ?? "", set];
}

/** Typing settles before it is searched for, ms. */
const TYPING_MS = 250;

/** A text that is searched for once the reader pauses; `/` leads to it. */
export function Search(props: {
  name: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const { value, onChange } = props;
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(onChange);
  latest.current = onChange;
  useKey("/", () => input.current?.focus());
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    return systemClock.after(TYPING_MS, () => latest.current(text.trim()));
  }, [text, value]);
  return (
    <label className="search">
      <span className="unseen">{props.placeholder}</span>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        name={props.name}
        placeholder={props.placeholder}
        maxLength={256}
        value={text}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => e.key === "Escape" && input.current?.blur()}
      />
      <kbd>/</kbd>
    </label>
  );
}

export function Choice(props: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, word: string])[];
  onChange: (value: string) => void;
}) {
  return (
    <select
      aria-label={props.label}
      value={props.value}
      onChange={(e) => props.onChange(e.target.value)}
    >
      {props.options.map(([value, word]) => (
        <option key={value} value={value}>
          {word}
        </option>
      ))}
    </select>
  );
}

/** One of a few, side by side. */
export function Tabs(props: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, word: string])[];
  onChange: (value: string) => void;
}) {
  return (
    <fieldset className="tabs" aria-label={props.label}>
      {props.options.map(([value, word]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.value}
          onClick={() => props.onChange(value)}
        >
          {word}
        </button>
      ))}
    </fieldset>
  );
}

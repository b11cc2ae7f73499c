import { type ReactNode, useMemo, useState } from "react";
import { bytes, counted, ODD } from "../format.ts";
import { find, type Line, linesOf } from "../json-lines.ts";
import { Copy } from "./copy.tsx";
import { Icon } from "./icons.tsx";

const LINES_STEP = 1_000;
const FINDS_MAX = 500;
/** Of a text so much is shown until more is asked for. */
const TEXT_CHARS_MAX = 1_000;
/** Deeper lines are not set in further, or they would leave the page. */
const DEPTH_SHOWN_MAX = 24;

/** A value with folding and search. Nothing in it is ever more than text. */
export function Payload(props: { value: unknown; name?: string; tools?: ReactNode }) {
  const { value, tools, name = "payload" } = props;
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [max, setMax] = useState(LINES_STEP);
  const [text, setText] = useState("");
  const found = useMemo(() => (text === "" ? null : find(value, text, FINDS_MAX)), [value, text]);
  const { lines, cut } = useMemo(() => {
    const opened = new Map(folds);
    for (const pointer of found?.above ?? []) opened.set(pointer, true);
    return linesOf(value, opened, max);
  }, [value, folds, found, max]);
  const fold = (line: Line): void =>
    setFolds((before) => new Map(before).set(line.pointer, !line.open));
  return (
    <div className="stack">
      <div className="filters">
        <div className="search">
          <Icon name="search" />
          <input
            type="search"
            aria-label={`Search in the ${name}`}
            placeholder={`Search in the ${name}`}
            value={text}
            onChange={(e) => setText(e.target.value)}
          />
        </div>
        {found && (
          <span className="small soft" role="status">
            {found.finds.length >= FINDS_MAX
              ? `over ${FINDS_MAX} finds`
              : counted(found.finds.length, "find")}
          </span>
        )}
        <Copy text={() => JSON.stringify(value, null, 2) ?? ""} label="Copy JSON" />
        {tools}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="json" tabIndex={0} aria-label={`The ${name}, unfolded`}>
        {lines.map((line) => (
          <JsonLine key={line.pointer} line={line} search={text} onFold={() => fold(line)} />
        ))}
      </section>
      {cut && (
        <button type="button" className="button" onClick={() => setMax(max + LINES_STEP)}>
          Show {LINES_STEP.toLocaleString("en")} more lines
        </button>
      )}
    </div>
  );
}

function JsonLine(props: { line: Line; search: string; onFold: () => void }) {
  const { line, search, onFold } = props;
  const { name, depth, size, open, value } = line;
  const label = name !== null && (
    <>
      <span className="json-key">
        <Marked text={name} search={search} />
      </span>
      <span className="quiet">: </span>
    </>
  );
  const style = { paddingLeft: `${Math.min(depth, DEPTH_SHOWN_MAX) * 1.1}rem` };
  if (size === null || size === 0) {
    return (
      <div className="leaf" style={style}>
        <span className="fold-gap" />
        {label}
        {size === 0 ? Array.isArray(value) ? "[]" : "{}" : <Leaf value={value} search={search} />}
      </div>
    );
  }
  const [left, right] = Array.isArray(value) ? "[]" : "{}";
  return (
    <div style={style}>
      <button type="button" className="fold" aria-expanded={open} onClick={onFold}>
        {label}
        <span className="quiet">
          {left}
          {open ? "" : `${size}${right}`}
        </span>
      </button>
    </div>
  );
}

function Leaf({ value, search }: { value: unknown; search: string }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") {
    const word = typeof value === "number" ? "json-number" : "json-word";
    return (
      <span className={word}>
        <Marked text={String(value)} search={search} />
      </span>
    );
  }
  const long = value.length > TEXT_CHARS_MAX && !whole;
  return (
    <>
      <span className="json-text">
        "<Marked text={long ? value.slice(0, TEXT_CHARS_MAX) : value} search={search} />
        {long ? "…" : '"'}
      </span>
      {long && (
        <button type="button" className="button is-plain is-small" onClick={() => setWhole(true)}>
          Show all {bytes(value.length)}
        </button>
      )}
    </>
  );
}

/** Text with what was searched for marked, and with characters that cannot be seen written out. */
function Marked({ text, search }: { text: string; search: string }) {
  const visible = text.replace(
    ODD,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
  const place = search === "" ? -1 : visible.toLowerCase().indexOf(search.toLowerCase());
  if (place < 0) return <bdi>{visible}</bdi>;
  const end = place + search.length;
  return (
    <bdi>
      {visible.slice(0, place)}
      <mark>{visible.slice(place, end)}</mark>
      {visible.slice(end)}
    </bdi>
  );
}

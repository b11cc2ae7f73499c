import type { ReactNode } from "react";
import { Refused } from "../api/call.ts";
import { Icon, type IconName } from "./icons.tsx";

/** Every state of a page that is not its content. */

export function Loading({ what }: { what: string }) {
  return (
    <div className="blank" role="status">
      <div className="spin" />
      <p>Reading {what}…</p>
    </div>
  );
}

export function Blank(props: { icon?: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="blank">
      <Icon name={props.icon ?? "events"} />
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}

/** What went wrong, and what one can do about it. */
export function Failure({ error, again }: { error: unknown; again?: (() => void) | undefined }) {
  const refused = error instanceof Refused ? error : null;
  if (refused?.status === 403) {
    return (
      <Blank icon="quarantine" title="Not for this key">
        <p>{refused.message} Log in with another key to see this page.</p>
      </Blank>
    );
  }
  return (
    <div className="blank" role="alert">
      <Icon name="dead" />
      <h2>{refused?.title ?? "This page broke"}</h2>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {again && (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

type Tone = "calm" | "good" | "wait" | "bad";
const ICONS: Readonly<Record<Tone, IconName>> = {
  calm: "help",
  good: "done",
  wait: "wait",
  bad: "dead",
};

export function Notice(props: { tone: Tone; icon?: IconName; children: ReactNode }) {
  return (
    <div className={`notice for-${props.tone}`}>
      <Icon name={props.icon ?? ICONS[props.tone]} />
      <div>{props.children}</div>
    </div>
  );
}

/** The content, or the state that stands in its place. Data that is there stays while it is read anew. */
export function Shown<T>(props: {
  query: { data: T | undefined; error: unknown; refetch(): unknown };
  what: string;
  children: (data: T) => ReactNode;
}) {
  const { data, error, refetch } = props.query;
  if (data !== undefined) return <>{props.children(data)}</>;
  if (error) return <Failure error={error} again={() => void refetch()} />;
  return <Loading what={props.what} />;
}

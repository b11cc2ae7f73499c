type Tone = "good" | "wait" | "bad" | "calm";
type Shape = "ring" | "half" | "check" | "cross" | "bar" | "square" | "triangle";

/** Each status by word, shape and colour, so that any one of them would do. */
const STATUSES: Readonly<Record<string, readonly [word: string, tone: Tone, shape: Shape]>> = {
  pending: ["Pending", "wait", "half"],
  retrying: ["Retrying", "wait", "half"],
  completed: ["Completed", "good", "check"],
  skipped: ["Skipped", "calm", "bar"],
  failed: ["Failed", "bad", "cross"],
  retry: ["Try again", "wait", "half"],
  active: ["Active", "good", "check"],
  paused: ["Paused", "calm", "square"],
  halted: ["Halted", "bad", "cross"],
  running: ["Running", "wait", "half"],
  cancelled: ["Cancelled", "calm", "bar"],
  delivered: ["Delivered", "good", "check"],
  enabled: ["Enabled", "good", "check"],
  disabled: ["Disabled", "bad", "cross"],
  dry_run: ["Dry run", "calm", "ring"],
  held: ["Held", "wait", "half"],
  refused: ["Refused", "bad", "triangle"],
  done: ["Done", "good", "check"],
  confirming: ["To be confirmed", "wait", "half"],
  released: ["Released", "good", "check"],
  verified: ["Would pass", "good", "check"],
  still_failing: ["Still fails", "bad", "cross"],
  not_found: ["Gone", "calm", "bar"],
  in_use: ["In use", "good", "check"],
  never_used: ["Never used", "wait", "ring"],
  not_configured: ["Not configured", "calm", "bar"],
};

const SHAPES: Readonly<Record<Shape, React.ReactNode>> = {
  ring: <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  half: (
    <>
      <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M6 1.8a4.2 4.2 0 0 1 0 8.4z" fill="currentColor" />
    </>
  ),
  check: <path d="M2 6.5l2.7 2.7L10 3.5" {...stroke(1.9)} />,
  cross: <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" {...stroke(1.9)} />,
  bar: <path d="M2 6h8" {...stroke(2)} />,
  square: <path d="M3.5 2.5v7M8.5 2.5v7" {...stroke(2)} />,
  triangle: <path d="M6 1.5l5 9H1z" fill="currentColor" />,
};

function stroke(width: number) {
  return {
    fill: "none",
    stroke: "currentColor",
    strokeWidth: width,
    strokeLinecap: "round",
    strokeLinejoin: "round",
  } as const;
}

export function StatusShape({ status }: { status: string }) {
  const [, , shape] = STATUSES[status] ?? [status, "calm", "ring"];
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  );
}

export function toneOf(status: string): Tone {
  return STATUSES[status]?.[1] ?? "calm";
}

/** `word`: instead of the status's own. */
export function Badge({ status, word }: { status: string; word?: string }) {
  const [own, tone] = STATUSES[status] ?? [status, "calm"];
  return (
    <span className={`badge is-${tone}`}>
      <StatusShape status={status} />
      {word ?? own}
    </span>
  );
}

/** A pending event that was tried already says so. */
export function EventBadge({ status, attempts }: { status: string; attempts: number }) {
  return <Badge status={status === "pending" && attempts > 0 ? "retrying" : status} />;
}

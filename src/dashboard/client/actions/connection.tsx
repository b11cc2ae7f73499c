import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { act } from "../api/call.ts";
import { connectionPath, refresh } from "../api/queries.ts";
import type { ConnectionView } from "../api/types.ts";
import { Confirm } from "../parts/dialog.tsx";
import { Icon, type IconName } from "../parts/icons.tsx";
import { say } from "../parts/toasts.tsx";

interface Action {
  readonly verb: "pause" | "resume" | "retry" | "skip-head" | "park-head";
  readonly name: string;
  readonly icon: IconName;
  readonly asks: string;
  readonly said: string;
  readonly asksReason?: boolean;
  readonly grave?: boolean;
  /** Whether it makes sense now. */
  readonly fits: (connection: ConnectionView) => boolean;
}

const ACTIONS: readonly Action[] = [
  {
    verb: "resume",
    name: "Resume",
    icon: "play",
    asks: "Its events are processed again from its head on, with a fresh budget of restarts.",
    said: "It goes on.",
    fits: ({ status }) => status !== "active",
  },
  {
    verb: "pause",
    name: "Pause",
    icon: "pause",
    asks: "Events still come in and wait, in order; none runs until it is resumed.",
    said: "It is paused.",
    asksReason: true,
    fits: ({ status }) => status === "active",
  },
  {
    verb: "retry",
    name: "Retry now",
    icon: "replays",
    asks: "Its head is tried now instead of at its next time.",
    said: "Its head is tried now.",
    fits: ({ head, status }) => head !== null && head.nextAttemptAt !== null && status === "active",
  },
  {
    verb: "skip-head",
    name: "Skip head",
    icon: "skip",
    asks: "Its oldest waiting event is settled without being processed, and the next goes on.",
    said: "Its head is skipped.",
    asksReason: true,
    grave: true,
    fits: ({ head }) => head !== null,
  },
  {
    verb: "park-head",
    name: "Park head",
    icon: "park",
    asks: "Its oldest waiting event goes to the dead letters, to be replayed later, and the next goes on.",
    said: "Its head is among the dead letters.",
    asksReason: true,
    fits: ({ head }) => head !== null,
  },
];

/** What can be done about a connection, of that what makes sense now. */
export function ConnectionActions({ connection }: { connection: ConnectionView }) {
  const [asking, setAsking] = useState<Action | null>(null);
  const client = useQueryClient();
  const { source, key } = connection;
  const does = async (action: Action, reason: string): Promise<void> => {
    const path = `${connectionPath(source, key)}/${action.verb}`;
    await act("POST", path, reason === "" ? {} : { reason });
    say(action.said);
    await refresh(client);
  };
  return (
    <div className="buttons">
      {ACTIONS.filter(({ fits }) => fits(connection)).map((action) => (
        <button
          key={action.verb}
          type="button"
          className={`button ${action.verb === "resume" ? "is-main" : ""}`}
          onClick={() => setAsking(action)}
        >
          <Icon name={action.icon} />
          {action.name}
        </button>
      ))}
      {asking && (
        <Confirm
          title={`${asking.name}?`}
          verb={asking.name}
          grave={asking.grave ?? false}
          asksReason={asking.asksReason ?? false}
          onConfirm={(reason) => does(asking, reason)}
          onClose={() => setAsking(null)}
        >
          <p>{asking.asks}</p>
        </Confirm>
      )}
    </div>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { act } from "../api/call.ts";
import { refresh } from "../api/queries.ts";
import type { ReplayView } from "../api/types.ts";
import { Confirm } from "../parts/dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { say, sayFailure } from "../parts/toasts.tsx";

/** Pause, resume and cancel, of that what makes sense now. */
export function ReplayActions({ replay }: { replay: ReplayView }) {
  const client = useQueryClient();
  const [cancelling, setCancelling] = useState(false);
  const does = async (verb: "pause" | "resume" | "cancel", said: string): Promise<void> => {
    await act("POST", `/v1/replays/${encodeURIComponent(replay.id)}/${verb}`, {});
    say(said);
    await refresh(client);
  };
  const { status } = replay;
  if (status !== "running" && status !== "paused") return null;
  return (
    <div className="buttons">
      {status === "running" ? (
        <button
          type="button"
          className="button"
          onClick={() => void does("pause", "It is paused.").catch(sayFailure)}
        >
          <Icon name="pause" />
          Pause
        </button>
      ) : (
        <button
          type="button"
          className="button is-main"
          onClick={() => void does("resume", "It goes on.").catch(sayFailure)}
        >
          <Icon name="play" />
          Resume
        </button>
      )}
      <button type="button" className="button is-grave" onClick={() => setCancelling(true)}>
        <Icon name="close" />
        Cancel replay
      </button>
      {cancelling && (
        <Confirm
          title="Cancel this replay?"
          verb="Cancel it"
          grave
          onConfirm={() => does("cancel", "It is cancelled.")}
          onClose={() => setCancelling(false)}
        >
          <p>What was replayed stays so; the rest is left as it was.</p>
        </Confirm>
      )}
    </div>
  );
}

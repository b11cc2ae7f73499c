import { useQueryClient } from "@tanstack/react-query";
import { act } from "../api/call.ts";
import { refresh } from "../api/queries.ts";
import type { EventSummary } from "../api/types.ts";
import { shown } from "../format.ts";
import { Confirm } from "../parts/dialog.tsx";
import { say } from "../parts/toasts.tsx";

interface Props {
  readonly event: EventSummary;
  readonly onClose: () => void;
}

export function ReplayEvent({ event, onClose }: Props) {
  const client = useQueryClient();
  const replay = async (): Promise<void> => {
    await act("POST", `/v1/events/${encodeURIComponent(event.id)}/replay`, {});
    say("It is processed again, behind what waits in its connection.");
    await refresh(client);
  };
  return (
    <Confirm title="Process it again?" verb="Replay" onConfirm={replay} onClose={onClose}>
      <p>
        <code>{shown(event.type)}</code> runs through its handler once more, behind what waits in
        its connection. What it did outside before is not undone.
      </p>
    </Confirm>
  );
}

export function SkipEvent({ event, onClose }: Props) {
  const client = useQueryClient();
  const skip = async (reason: string): Promise<void> => {
    const body = reason === "" ? {} : { reason };
    await act("POST", `/v1/events/${encodeURIComponent(event.id)}/skip`, body);
    say("It is skipped; its followers go on.");
    await refresh(client);
  };
  return (
    <Confirm title="Skip it?" verb="Skip" asksReason onConfirm={skip} onClose={onClose}>
      <p>
        <code>{shown(event.type)}</code> is settled without being processed, and its followers go
        on. It can be replayed later.
      </p>
    </Confirm>
  );
}

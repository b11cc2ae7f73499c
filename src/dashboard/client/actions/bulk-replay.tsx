import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { act } from "../api/call.ts";
import { refresh } from "../api/queries.ts";
import type { DryRunView, GivenFilter, ReplayView } from "../api/types.ts";
import { counted, number, shown } from "../format.ts";
import { EventBadge } from "../parts/badge.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Failure, Notice, Shown } from "../parts/states.tsx";
import { Ago } from "../parts/time.tsx";
import { say } from "../parts/toasts.tsx";
import { at, go } from "../router.tsx";

interface Props {
  readonly filter: GivenFilter;
  readonly onClose: () => void;
}

const RATES = [
  ["", "as fast as it goes"],
  ["100", "100 a second"],
  ["10", "10 a second"],
  ["1", "1 a second"],
] as const;

/** Counts first, shows which, and only then asks. */
export function BulkReplay({ filter, onClose }: Props) {
  const dryRun = useQuery({
    queryKey: ["dry-run", filter],
    queryFn: () => act<DryRunView>("POST", "/v1/replays", { ...filter, dryRun: true }),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <Dialog title="Replay in bulk" onClose={onClose}>
      <FilterText filter={filter} />
      <Shown query={dryRun} what="what it would replay">
        {(found) => <Decision found={found} filter={filter} onClose={onClose} />}
      </Shown>
    </Dialog>
  );
}

/** A filter in words. */
export function FilterText({ filter }: { filter: GivenFilter }) {
  const parts = Object.entries(filter).filter(([, value]) => value !== undefined);
  return (
    <p className="soft">
      Events with{" "}
      {parts.map(([name, value], place) => (
        <span key={name}>
          {place > 0 && ", "}
          {name} <code>{shown(timed(name, String(value)))}</code>
        </span>
      ))}
    </p>
  );
}

const timed = (name: string, value: string): string =>
  (name === "since" || name === "until") && /^\d+$/.test(value)
    ? new Date(Number(value)).toISOString()
    : value;

function Decision({ found, filter, onClose }: Props & { found: DryRunView }) {
  const client = useQueryClient();
  const [rate, setRate] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const start = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const body = { ...filter, rate: rate === "" ? null : Number(rate) };
      const job = await act<ReplayView>("POST", "/v1/replays", body);
      say(`${counted(job.total, "event")} will be processed again.`);
      onClose();
      go(at.replay(job.id));
      await refresh(client);
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  if (found.count === 0) return <Notice tone="good">Nothing matches any more.</Notice>;
  return (
    <form className="stack" onSubmit={start}>
      <Notice tone="wait" icon="replays">
        <strong>
          {found.countIsExact ? "" : "At least "}
          {counted(found.count, "event")}
        </strong>{" "}
        would run through their handlers again, in order.
      </Notice>
      <Sample found={found} />
      <label className="field">
        <span>How fast</span>
        <select value={rate} onChange={(e) => setRate(e.target.value)}>
          {RATES.map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
      </label>
      {error !== null && <Failure error={error} />}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button is-main" disabled={busy}>
          Replay {counted(found.count, "event")}
        </button>
      </div>
    </form>
  );
}

/** The newest of them, so that one sees whether they are the right ones. */
function Sample({ found }: { found: DryRunView }) {
  return (
    <ul className="stack small">
      {found.sample.slice(0, 5).map((event) => (
        <li key={event.id} className="line">
          <EventBadge status={event.status} attempts={event.attempts} />
          <code>{shown(event.type, 60)}</code>
          <span className="soft">{shown(event.connection ?? event.source, 40)}</span>
          <span className="quiet">
            <Ago at={event.receivedAt} />
          </span>
        </li>
      ))}
      {found.count > 5 && <li className="quiet">and {number(found.count - 5)} more</li>}
    </ul>
  );
}

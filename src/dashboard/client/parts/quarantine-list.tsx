import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { act } from "../api/call.ts";
import { refresh, useQuarantine } from "../api/queries.ts";
import type { QuarantinedSummary, ReleaseView } from "../api/types.ts";
import { bytes, counted, shown } from "../format.ts";
import { at, Link } from "../router.tsx";
import { Badge } from "./badge.tsx";
import { Confirm } from "./dialog.tsx";
import { Icon } from "./icons.tsx";
import { Blank, Notice, Shown } from "./states.tsx";
import { Ago } from "./time.tsx";
import { sayFailure } from "./toasts.tsx";

const ROWS = 100;

/** Requests that were not let in, and the way out: verify again, then release. */
export function QuarantineList({ source, code }: { source: string; code: string }) {
  const query = useQuarantine({ source, code, limit: ROWS });
  const [outcome, setOutcome] = useState<ReleaseView["data"] | null>(null);
  return (
    <Shown query={query} what="the quarantine">
      {({ data }) => (
        <>
          {data.length > 0 && <Actions ids={data.map(({ id }) => id)} onOutcome={setOutcome} />}
          {outcome && <Outcome outcome={outcome} />}
          <div className="card">
            {data.length === 0 ? (
              <Blank icon="quarantine" title="The quarantine is empty">
                <p>Every request that came here was signed as it should be.</p>
              </Blank>
            ) : (
              <div className="table-wrap">
                <Table requests={data} />
              </div>
            )}
          </div>
        </>
      )}
    </Shown>
  );
}

/** Of one page at a time: each is verified while the reader waits. */
export function Actions(props: {
  ids: readonly string[];
  onOutcome: (outcome: ReleaseView["data"]) => void;
}) {
  const { ids, onOutcome } = props;
  const client = useQueryClient();
  const [releasing, setReleasing] = useState(false);
  const release = async (dryRun: boolean): Promise<void> => {
    const answer = await act<ReleaseView>("POST", "/v1/quarantine/release", { ids, dryRun });
    onOutcome(answer.data);
    if (!dryRun) await refresh(client);
  };
  const which = ids.length === 1 ? "it" : `these ${ids.length}`;
  return (
    <div className="buttons">
      <button type="button" className="button" onClick={() => void release(true).catch(sayFailure)}>
        <Icon name="search" />
        Verify {which} again
      </button>
      <button type="button" className="button is-main" onClick={() => setReleasing(true)}>
        <Icon name="done" />
        Release what passes
      </button>
      {releasing && (
        <Confirm
          title="Release what passes now?"
          verb="Release"
          onConfirm={() => release(false)}
          onClose={() => setReleasing(false)}
        >
          <p>
            Each is verified again with the secrets of now, as of the time when it came. What passes
            is journaled and processed; what does not stays here.
          </p>
        </Confirm>
      )}
    </div>
  );
}

/** What came of each, together. */
export function Outcome({ outcome }: { outcome: ReleaseView["data"] }) {
  const groups = Map.groupBy(outcome, ({ status, code }) => `${status}/${code ?? ""}`);
  return (
    <>
      {[...groups.values()].map((members) => {
        const first = members[0];
        if (first === undefined) return null;
        const good = first.status === "released" || first.status === "verified";
        const events = members.flatMap((member) => member.events);
        return (
          <Notice key={`${first.status}${first.code}`} tone={good ? "good" : "wait"}>
            <Badge status={first.status} /> {counted(members.length, "request")}
            {first.detail === null ? "" : `: ${shown(first.detail, 300)}`}
            {events[0] && (
              <>
                {" "}
                <Link href={at.event(events[0].id)}>Open the first event</Link>
              </>
            )}
          </Notice>
        );
      })}
    </>
  );
}

function Table({ requests }: { requests: readonly QuarantinedSummary[] }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th>State</th>
          <th>Why</th>
          <th>Source</th>
          <th>From</th>
          <th className="num">Size</th>
          <th>Received</th>
        </tr>
      </thead>
      <tbody>
        {requests.map(({ id, held, code, detail, source, peer, size, receivedAt }) => (
          <tr key={id}>
            <td>
              <Badge status={held ? "held" : "refused"} />
            </td>
            <td>
              <Link href={at.quarantined(id)}>
                <code>{code}</code>
              </Link>
              <div className="soft small">{shown(detail, 300)}</div>
            </td>
            <td>{source}</td>
            <td className="soft">{peer}</td>
            <td className="num">{bytes(size)}</td>
            <td>
              <Ago at={receivedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

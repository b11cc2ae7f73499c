import { useQueryClient } from "@tanstack/react-query";
import { act, withQuery } from "../api/call.ts";
import { refresh } from "../api/queries.ts";
import type { SourceView } from "../api/types.ts";
import { counted, number } from "../format.ts";
import { Link } from "../router.tsx";
import { useMayAct } from "../session.tsx";
import { Fact } from "./fact.tsx";
import { Icon } from "./icons.tsx";
import { Ago } from "./time.tsx";
import { say, sayFailure } from "./toasts.tsx";

interface Props {
  readonly source: SourceView;
  readonly reconcile: NonNullable<SourceView["reconcile"]>;
}

/** Whether the provider is asked for what was missed, and what that brought. */
export function Reconcile({ source, reconcile }: Props) {
  const mayAct = useMayAct();
  const client = useQueryClient();
  const { lacks, activity, every, nextAt, lastSweptAt, recovered, restsUntil, silent } = reconcile;
  const sweep = async (): Promise<void> => {
    await act("POST", `/v1/sources/${encodeURIComponent(source.id)}/sweep`, {});
    say("The provider is being asked.");
    await refresh(client);
  };
  return (
    <section className="card" aria-label="Reconciliation">
      <div className="card-head">
        <h2>Reconciliation</h2>
        {mayAct && lacks === null && (
          <button
            type="button"
            className="button is-small"
            onClick={() => void sweep().catch(sayFailure)}
          >
            <Icon name="sweeps" />
            Sweep now
          </button>
        )}
      </div>
      {lacks !== null ? (
        <p className="card-body soft">The provider is not asked: {lacks}</p>
      ) : (
        <dl className="facts card-body">
          <Fact name="Now">{activity}</Fact>
          <Fact name="Every">{every ?? "on demand"}</Fact>
          <Fact name="Next">
            <Ago at={restsUntil ?? nextAt} none="not planned" />
          </Fact>
          <Fact name="Last whole sweep">
            <Ago at={lastSweptAt} />
          </Fact>
          <Fact name="Healed">
            <Link href={withQuery("/sweeps", { source: source.id, recovered: "true" })}>
              {counted(recovered, "event")}
            </Link>
          </Fact>
          <Fact name="Too silent">{number(silent)}</Fact>
        </dl>
      )}
    </section>
  );
}

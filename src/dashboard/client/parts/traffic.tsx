import { useHistory } from "../api/queries.ts";
import type { StatsView } from "../api/types.ts";
import { ratesOf, withNow } from "../rates.ts";
import { Chart } from "./chart.tsx";
import { useNow } from "./time.tsx";

/** The course of the last hour, up to now. */
export function useRates(stats: StatsView) {
  const history = useHistory().data;
  const now = useNow();
  return history === undefined ? null : ratesOf(withNow(history, stats, now));
}

export function Traffic({ stats }: { stats: StatsView }) {
  const rates = useRates(stats);
  const enough = rates !== null && rates.at.length > 1;
  return (
    <section className="card" aria-label="Traffic">
      <div className="card-head">
        <h2>Events a second</h2>
        <span className="soft small">the last hour</span>
      </div>
      <div className="card-body">
        {enough ? (
          <Chart
            label="Events a second over the last hour: received, completed and failed"
            at={rates.at}
            lines={[
              { name: "Received", tone: "accent", values: rates.received },
              { name: "Completed", tone: "good", values: rates.completed, dash: [6, 4] },
              { name: "Failed", tone: "bad", values: rates.failed, dash: [2, 3] },
            ]}
          />
        ) : (
          <p className="soft">The chart begins twenty seconds after the start.</p>
        )}
      </div>
    </section>
  );
}

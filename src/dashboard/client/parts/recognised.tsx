import type { EventView } from "../api/types.ts";
import { recognised } from "../recognise.ts";
import { useSession } from "../session.tsx";
import { Copy } from "./copy.tsx";

/** In development: the step from a request that came to a source that verifies it. */
export function Recognised({ event }: { event: EventView }) {
  const { development } = useSession();
  const found = development ? recognised(event.headers) : null;
  if (found === null) return null;
  return (
    <section className="card" aria-label="Configuration">
      <div className="card-head">
        <h2>This looks like {found.provider}</h2>
        <Copy text={found.config} label="Copy configuration" />
      </div>
      <div className="card-body stack">
        <p className="soft">
          Put this among the <code>sources</code> of longstop.config.ts, and its requests are
          verified. Without a configuration yet:{" "}
          <code>longstop init --provider {found.provider}</code>
        </p>
        <pre className="code">{found.config}</pre>
      </div>
    </section>
  );
}

import type { EventView } from "../api/types.ts";
import { curlOf } from "../curl.ts";
import { shown } from "../format.ts";
import { useSession } from "../session.tsx";
import { Copy } from "./copy.tsx";
import { Icon } from "./icons.tsx";
import { say, sayFailure } from "./toasts.tsx";

/** The request as it came. */
export function RequestCard({ event }: { event: EventView }) {
  const { method, url, peer } = event.request;
  const headers = Object.entries(event.headers);
  return (
    <section className="card" aria-label="Request">
      <div className="card-head">
        <h2>Request</h2>
        <div className="line">
          <CopyCurl event={event} />
          <Copy
            text={() => headers.map(([name, value]) => `${name}: ${value}`).join("\n")}
            label="Copy headers"
          />
        </div>
      </div>
      <div className="card-body stack">
        <p className="mono">
          {method} {shown(url, 500)}
        </p>
        <p className="soft small">from {peer}</p>
      </div>
      <div className="table-wrap">
        <table className="table small">
          <thead className="unseen">
            <tr>
              <th>Header</th>
              <th>Value</th>
            </tr>
          </thead>
          <tbody>
            {headers.map(([name, value]) => (
              <tr key={name}>
                <td className="mono soft">{shown(name)}</td>
                <td className="mono">{shown(value, 2_000)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The bytes are fetched when they are asked for: a payload may be large. */
function CopyCurl({ event }: { event: EventView }) {
  const { receivesAt } = useSession();
  const copy = async (): Promise<void> => {
    try {
      const path = `/v1/events/${encodeURIComponent(event.id)}/body?of=request`;
      const answer = await fetch(path);
      if (!answer.ok) throw new Error("The bytes of this request are gone.");
      const body = new Uint8Array(await answer.arrayBuffer());
      const { method, url } = event.request;
      const target = url.startsWith("/") ? url : new URL(url).pathname;
      const command = curlOf({ method, url: receivesAt + target, headers: event.headers, body });
      await navigator.clipboard.writeText(command);
      say("Copied. Headers that are hidden here must be filled in.");
    } catch (error) {
      sayFailure(error);
    }
  };
  return (
    <button type="button" className="button is-plain is-small" onClick={() => void copy()}>
      <Icon name="copy" />
      Copy as cURL
    </button>
  );
}

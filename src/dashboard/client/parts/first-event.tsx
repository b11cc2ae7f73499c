import { useSources } from "../api/queries.ts";
import type { SourceView } from "../api/types.ts";
import { quoted } from "../curl.ts";
import { useSession } from "../session.tsx";
import { Copyable } from "./copy.tsx";
import { Notice } from "./states.tsx";

/** Nothing has come yet: how to send the first event, with commands that work here as they stand. */
export function FirstEvent() {
  const { development } = useSession();
  const sources = useSources().data?.data.filter(({ configured }) => configured) ?? [];
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Nothing has come yet</h1>
          <p className="lead">Send the first event; this page shows it within two seconds.</p>
        </div>
      </div>
      <section className="card" aria-label="Send the first event">
        <div className="card-body">
          <ol className="steps">
            {sources.length === 0 ? (
              <Anything development={development} />
            ) : (
              <Own sources={sources} />
            )}
          </ol>
        </div>
      </section>
      <Notice tone="calm">
        Each event is on the disk before its sender gets an answer. From here on it is shown with
        its payload, what its handler did, and why it waits if it does.
      </Notice>
    </>
  );
}

function Anything({ development }: { development: boolean }) {
  const { receivesAt } = useSession();
  if (!development) {
    return (
      <li>
        <div className="stack">
          <h2>Configure a source</h2>
          <p className="soft">
            No source is configured. <code>longstop init</code> writes a configuration to start
            from; a source is a few lines in it.
          </p>
        </div>
      </li>
    );
  }
  const hello = quoted('{"type":"hello","from":"me"}');
  return (
    <>
      <li>
        <div className="stack">
          <h2>Send anything to any name</h2>
          <Copyable
            text={`curl -d ${hello} -H 'content-type: application/json' ${receivesAt}/in/anything`}
          />
        </div>
      </li>
      <li>
        <div className="stack">
          <h2>Or what a provider would send</h2>
          <Copyable
            text={`longstop send stripe invoice.paid --secret any --to ${receivesAt}/in/stripe`}
          />
        </div>
      </li>
    </>
  );
}

function Own({ sources }: { sources: readonly SourceView[] }) {
  const { receivesAt } = useSession();
  return (
    <>
      {sources.slice(0, 3).map(({ id, path, provider }) => (
        <li key={id}>
          <div className="stack">
            <h2>{id}</h2>
            <p className="soft">Tell the sender this address.</p>
            <Copyable text={`${receivesAt}${path}`} />
            {provider !== null && provider !== "custom" && (
              <Copyable text={`longstop send ${provider} --source ${id}`} />
            )}
          </div>
        </li>
      ))}
    </>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { act } from "../api/call.ts";
import { refresh } from "../api/queries.ts";
import type { NewEndpoint } from "../api/types.ts";
import { Copyable } from "../parts/copy.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Failure, Notice } from "../parts/states.tsx";
import { at, go } from "../router.tsx";

/** A URL and what it wants; the rest has defaults and is set by the API or the configuration. */
export function NewEndpointDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [url, setUrl] = useState("");
  const [types, setTypes] = useState("");
  const [made, setMade] = useState<NewEndpoint | null>(null);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wanted = types.split(/[\s,]+/).filter(Boolean);
    const body = { url: url.trim(), ...(wanted.length === 0 ? {} : { types: wanted }) };
    try {
      setMade(await act<NewEndpoint>("POST", "/v1/endpoints", body));
      await refresh(client);
    } catch (thrown) {
      setError(thrown);
    }
  };
  if (made !== null) return <Made endpoint={made} onClose={onClose} />;
  return (
    <Dialog title="New endpoint" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>URL</span>
          <input
            type="url"
            required
            placeholder="https://example.com/hooks"
            value={url}
            onChange={(e) => setUrl(e.target.value)}
          />
        </label>
        <label className="field">
          <span>Types of events</span>
          <input
            placeholder="order.*, invoice.paid"
            value={types}
            onChange={(e) => setTypes(e.target.value)}
          />
          <small>Exact or with *, parted by commas; empty: all.</small>
        </label>
        {error !== null && <Failure error={error} />}
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button is-main" disabled={url.trim() === ""}>
            Register it
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Made({ endpoint, onClose }: { endpoint: NewEndpoint; onClose: () => void }) {
  const done = (): void => {
    onClose();
    go(at.endpoint(endpoint.id));
  };
  return (
    <Dialog title={`${endpoint.name} is registered`} onClose={onClose}>
      {endpoint.secret !== null && <SecretOnce secret={endpoint.secret} />}
      <div className="dialog-foot">
        <button type="button" className="button is-main" onClick={done}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

/** A secret that is never shown again. */
export function SecretOnce({ secret }: { secret: string }) {
  return (
    <>
      <Notice tone="wait">
        The subscriber verifies with this secret (Standard Webhooks). It is shown once.
      </Notice>
      <Copyable text={secret} />
    </>
  );
}

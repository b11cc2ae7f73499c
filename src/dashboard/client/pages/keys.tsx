import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { act } from "../api/call.ts";
import { refresh, useKeys } from "../api/queries.ts";
import type { KeyView, NewKeyView } from "../api/types.ts";
import { shown } from "../format.ts";
import { Copyable } from "../parts/copy.tsx";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { Blank, Failure, Notice, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { say } from "../parts/toasts.tsx";
import { useMayAct, useSession } from "../session.tsx";

export function KeysPage() {
  useTitle("Keys");
  const query = useKeys();
  const mayAct = useMayAct();
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<KeyView | null>(null);
  const revoke = async ({ id, name }: KeyView): Promise<void> => {
    await act("DELETE", `/v1/keys/${encodeURIComponent(id)}`);
    say(`${name} opens nothing any more.`);
    await refresh(client);
  };
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Keys</h1>
          <p className="lead">Each opens the API and these pages as far as its scopes reach.</p>
        </div>
        {mayAct && (
          <button type="button" className="button is-main" onClick={() => setMaking(true)}>
            <Icon name="plus" />
            New key
          </button>
        )}
      </div>
      <Shown query={query} what="the keys">
        {({ data }) => (
          <div className="card">
            {data.length === 0 ? (
              <Blank icon="keys" title="No keys were made">
                <p>The key of the environment, if there is one, is not listed.</p>
              </Blank>
            ) : (
              <div className="table-wrap">
                <Table keys={data} {...(mayAct ? { onRevoke: setRevoking } : {})} />
              </div>
            )}
          </div>
        )}
      </Shown>
      {making && <NewKey onClose={() => setMaking(false)} />}
      {revoking && (
        <Confirm
          title={`Revoke ${shown(revoking.name, 60)}?`}
          verb="Revoke"
          grave
          onConfirm={() => revoke(revoking)}
          onClose={() => setRevoking(null)}
        >
          <p>Whatever uses it is refused from then on. This is for good.</p>
        </Confirm>
      )}
    </>
  );
}

function Table({
  keys,
  onRevoke,
}: {
  keys: readonly KeyView[];
  onRevoke?: (key: KeyView) => void;
}) {
  const { by } = useSession();
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Name</th>
          <th>Scopes</th>
          <th>Made</th>
          {onRevoke && (
            <th>
              <span className="unseen">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <td>
              {shown(key.name)}
              {key.id === by && <span className="soft"> (yours)</span>}
              <div className="quiet small mono">{key.id}</div>
            </td>
            <td>
              <code>{key.scopes.join(", ")}</code>
            </td>
            <td>
              <Ago at={key.createdAt} />
            </td>
            {onRevoke && (
              <td className="num">
                <button
                  type="button"
                  className="button is-small is-grave"
                  onClick={() => onRevoke(key)}
                  aria-label={`Revoke ${shown(key.name, 60)}`}
                >
                  Revoke
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SCOPES = [
  ["read", "look at everything, change nothing"],
  ["publish", "send messages to endpoints"],
  ["admin", "everything"],
] as const;

function NewKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<string>("read");
  const [made, setMade] = useState<NewKeyView | null>(null);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      setMade(await act<NewKeyView>("POST", "/v1/keys", { name: name.trim(), scopes: [scope] }));
      await refresh(client);
    } catch (thrown) {
      setError(thrown);
    }
  };
  if (made !== null) return <Made made={made} onClose={onClose} />;
  return (
    <Dialog title="New key" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Name: who uses it, and where</span>
          <input required maxLength={100} value={name} onChange={(e) => setName(e.target.value)} />
        </label>
        <fieldset className="checks">
          <legend className="small soft">It may</legend>
          {SCOPES.map(([value, means]) => (
            <label key={value}>
              <input
                type="radio"
                name="scope"
                checked={scope === value}
                onChange={() => setScope(value)}
              />
              <span>
                <code>{value}</code> <span className="soft">{means}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {error !== null && <Failure error={error} />}
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button is-main" disabled={name.trim() === ""}>
            Make it
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Made({ made, onClose }: { made: NewKeyView; onClose: () => void }) {
  return (
    <Dialog title={`${shown(made.name, 60)} is made`} onClose={onClose}>
      <Notice tone="wait">This is shown once. Keep it where secrets are kept.</Notice>
      <Copyable text={made.secret} />
      <div className="dialog-foot">
        <button type="button" className="button is-main" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

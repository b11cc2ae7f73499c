import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { act, keepToken, Refused } from "../api/call.ts";
import type { SessionView } from "../api/types.ts";
import { Logo } from "../parts/icons.tsx";
import { Notice } from "../parts/states.tsx";
import { useTitle } from "../parts/time.tsx";

/** Asks for a key once; from then on a cookie that no script can read stands for it. */
export function Login({ refusal }: { refusal: string | null }) {
  useTitle("Log in");
  const client = useQueryClient();
  const [key, setKey] = useState("");
  const [error, setError] = useState<string | null>(refusal);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!/^[\x21-\x7e]+$/.test(key.trim()))
      return setError("This is no key: it has other letters.");
    setBusy(true);
    try {
      const authorization = `Bearer ${key.trim()}`;
      const session = await act<SessionView>("POST", "/v1/session", undefined, { authorization });
      keepToken(session.csrf);
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      client.setQueryData(["session"], session);
    } catch (thrown) {
      setError(thrown instanceof Refused ? thrown.message : String(thrown));
      setBusy(false);
    }
  };
  return (
    <main className="login">
      <div className="brand">
        <Logo />
        Longstop
      </div>
      <form className="card" onSubmit={submit}>
        <div className="card-body stack">
          <h1>Log in</h1>
          <label className="field">
            <span>Key</span>
            <input
              type="password"
              name="key"
              autoComplete="current-password"
              placeholder="lsk_…"
              required
              value={key}
              onChange={(e) => setKey(e.target.value)}
            />
          </label>
          {error !== null && (
            <div role="alert">
              <Notice tone="bad">{error}</Notice>
            </div>
          )}
          <button type="submit" className="button is-main" disabled={busy || key.trim() === ""}>
            Log in
          </button>
          <Hint />
        </div>
      </form>
    </main>
  );
}

function Hint() {
  return (
    <p className="small soft">
      The first start printed an admin key. A further one is made with{" "}
      <code>longstop keys create</code>; a key with the scope <code>read</code> looks and changes
      nothing.
    </p>
  );
}

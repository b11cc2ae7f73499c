import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { act } from "../api/call.ts";
import { refresh } from "../api/queries.ts";
import type { EndpointView, Rotated } from "../api/types.ts";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { Notice } from "../parts/states.tsx";
import { Ago } from "../parts/time.tsx";
import { say, sayFailure } from "../parts/toasts.tsx";
import { at, go } from "../router.tsx";
import { SecretOnce } from "./new-endpoint.tsx";

type Asking = "pause" | "resume" | "enable" | "disable" | "rotate" | "remove";

const TEXTS: Readonly<Record<Asking, readonly [name: string, asks: string, said: string]>> = {
  pause: ["Pause", "What it is owed waits until it is resumed.", "It is paused."],
  resume: ["Resume", "It is sent what it is owed, in order.", "It goes on."],
  enable: ["Enable", "It is sent to again, and earlier failures are forgotten.", "It is enabled."],
  disable: ["Disable", "It is owed nothing from now on; what it is owed waits.", "It is disabled."],
  rotate: [
    "Rotate secret",
    "A new secret signs from now on; the old one goes on signing beside it for 24 hours.",
    "It signs with a new secret.",
  ],
  remove: ["Remove", "What it is owed is cancelled. This is for good.", "It is removed."],
};

/** What can be done about an endpoint, of that what makes sense now. */
export function EndpointActions({ endpoint }: { endpoint: EndpointView }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [rotated, setRotated] = useState<Rotated | null>(null);
  const path = `/v1/endpoints/${encodeURIComponent(endpoint.id)}`;
  const does = async (what: Asking, reason: string): Promise<void> => {
    const body = reason === "" ? {} : { reason };
    if (what === "rotate") setRotated(await act<Rotated>("POST", `${path}/rotate-secret`, {}));
    else if (what === "remove") await act("DELETE", path);
    else await act("POST", `${path}/${what}`, body);
    say(TEXTS[what][2]);
    if (what === "remove") go("/endpoints");
    await refresh(client);
  };
  return (
    <div className="buttons">
      <TestButton endpoint={endpoint} />
      {offered(endpoint).map((what) => (
        <button
          key={what}
          type="button"
          className={`button ${what === "remove" ? "is-grave" : ""}`}
          onClick={() => setAsking(what)}
        >
          {TEXTS[what][0]}
        </button>
      ))}
      {asking && (
        <Confirm
          title={`${TEXTS[asking][0]}?`}
          verb={TEXTS[asking][0]}
          grave={asking === "remove"}
          asksReason={asking === "pause" || asking === "disable"}
          onConfirm={(reason) => does(asking, reason)}
          onClose={() => setAsking(null)}
        >
          <p>{TEXTS[asking][1]}</p>
        </Confirm>
      )}
      {rotated && <NewSecret rotated={rotated} onClose={() => setRotated(null)} />}
    </div>
  );
}

/** What the configuration has, only the configuration changes. */
function offered({ status, origin, strategy }: EndpointView): readonly Asking[] {
  const states: Readonly<Record<EndpointView["status"], readonly Asking[]>> = {
    enabled: ["pause", "disable"],
    paused: ["resume", "disable"],
    disabled: ["enable"],
  };
  const own: readonly Asking[] = strategy === "pull" ? ["remove"] : ["rotate", "remove"];
  return [...states[status], ...(origin === "api" ? own : [])];
}

function TestButton({ endpoint: { id, strategy, status } }: { endpoint: EndpointView }) {
  if (strategy === "pull" || status !== "enabled") return null;
  const test = async (): Promise<void> => {
    const path = `/v1/endpoints/${encodeURIComponent(id)}/test`;
    const sent = await act<{ delivery: string }>("POST", path, {});
    say("An event of type longstop.test is being sent.");
    go(at.delivery(sent.delivery));
  };
  return (
    <button type="button" className="button is-main" onClick={() => void test().catch(sayFailure)}>
      <Icon name="deliveries" />
      Send a test
    </button>
  );
}

function NewSecret({ rotated, onClose }: { rotated: Rotated; onClose: () => void }) {
  return (
    <Dialog title="The new secret" onClose={onClose}>
      <SecretOnce secret={rotated.secret} />
      {rotated.previousUntil && (
        <Notice tone="calm">
          The old one stops signing <Ago at={rotated.previousUntil} />.
        </Notice>
      )}
      <div className="dialog-foot">
        <button type="button" className="button is-main" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

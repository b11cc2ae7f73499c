import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Failure } from "./states.tsx";

/** A question in front of the page. The browser's own element holds the focus and closes on Escape. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={title} onClose={props.onClose}>
      <div className="dialog">
        <h2 id={title}>{props.title}</h2>
        {props.children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly verb: string;
  readonly grave?: boolean;
  /** Asks why, for those who look at it later. */
  readonly asksReason?: boolean;
  readonly onConfirm: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** "Are you sure", with what follows from it, and the refusal if there is one. */
export function Confirm(props: ConfirmProps) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await props.onConfirm(reason.trim());
      props.onClose();
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form className="stack" onSubmit={submit}>
        <div className="soft">{props.children}</div>
        {props.asksReason && (
          <label className="field">
            <span>Reason, for those who look at it later (optional)</span>
            <input value={reason} maxLength={500} onChange={(e) => setReason(e.target.value)} />
          </label>
        )}
        {error !== null && <Failure error={error} />}
        <div className="dialog-foot">
          <button type="button" className="button" onClick={props.onClose}>
            Cancel
          </button>
          <button
            type="submit"
            className={`button ${props.grave ? "is-grave" : "is-main"}`}
            disabled={busy}
          >
            {props.verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

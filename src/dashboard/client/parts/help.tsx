import { useSession } from "../session.tsx";
import { Dialog } from "./dialog.tsx";

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [["/"], "search in the list"],
  [["j", "k"], "next and previous row"],
  [["Enter"], "open the chosen row"],
  [["r"], "replay the chosen event"],
  [["g"], "back to the overview"],
  [["?"], "this help"],
  [["Esc"], "close, or leave the search"],
];

const WORDS: readonly (readonly [word: string, means: string])[] = [
  ["Pending", "not settled yet: it waits, runs or is tried again"],
  ["Completed", "its handler is done with it"],
  ["Skipped", "deliberately not processed, with a reason"],
  ["Failed", "given up: a dead letter, to be replayed once the cause is mended"],
  ["Connection", "what an event is about; its events take their turns, in order"],
];

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const { by, scopes } = useSession();
  return (
    <Dialog title="Keyboard and words" onClose={onClose}>
      <dl className="keys-help">
        {KEYS.map(([keys, does]) => (
          <div key={does} className="fact">
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <dl className="facts">
        {WORDS.map(([word, means]) => (
          <div key={word} className="fact">
            <dt>{word}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <p className="soft small">
        You are <code>{by}</code> with {scopes.join(", ")}. The API is described at{" "}
        <a href="/openapi">/openapi</a>.
      </p>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

import { systemClock } from "../../../base/clock.ts";
import { exact, shown } from "../format.ts";

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A sentence of ours, whose times are told by the reader's clock; exact on hover. */
export function Sentence({ text, charsMax = 1_000 }: { text: string; charsMax?: number }) {
  const plain = shown(text, charsMax);
  const times = plain.match(TIME) ?? [];
  return (
    <>
      {plain.split(TIME).map((part, place) => {
        const time = times[place];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence do not move
          <span key={place}>
            {part}
            {time && (
              <time dateTime={time} title={exact(time)}>
                {clockTime(time)}
              </time>
            )}
          </span>
        );
      })}
    </>
  );
}

/** Of today the time of day, else with the day. */
function clockTime(iso: string): string {
  const at = new Date(iso);
  const today = new Date(systemClock.now()).toDateString() === at.toDateString();
  return today
    ? at.toLocaleTimeString("en-GB")
    : at.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

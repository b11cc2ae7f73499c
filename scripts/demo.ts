/**
 * Three acts, each on the built executable: `./scripts/demo`.
 *
 * 1. The main job on real input, with the power cut in the middle: nothing is lost, nothing done twice.
 * 2. A provider that loses webhooks and goes away: what never came is noticed and fetched.
 * 3. Subscribers: by push and by pull each ends up knowing what the inbox knows.
 *
 * Exit code 1 if anything is missing. `--lose` leaves one request of the first act out, `--no-reconcile` asks
 * for nothing in the second, `--deaf` gives a subscriber of the third the wrong secret: each must be noticed.
 * `--act 1`, `2` or `3` plays one alone.
 */
import { parseArgs } from "node:util";
import { firstAct } from "./demo-run/first-act.ts";
import { secondAct } from "./demo-run/second-act.ts";
import { thirdAct } from "./demo-run/third-act.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    act: { type: "string" },
    lose: { type: "boolean", default: false },
    "no-reconcile": { type: "boolean", default: false },
    deaf: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const acts = [
  {
    name: "real webhooks, and the power cut in the middle",
    play: () => firstAct({ seed, lose: values.lose }),
  },
  {
    name: "two weeks with a provider that loses webhooks, squeezed",
    play: () => secondAct({ seed, reconcile: !values["no-reconcile"] }),
  },
  {
    name: "two subscribers, and the power cut in the middle",
    play: () => thirdAct({ seed, deaf: values.deaf }),
  },
];

const wanted = acts.filter((_, place) => [undefined, String(place + 1)].includes(values.act));
if (wanted.length === 0) {
  console.log(`There is no act ${values.act}: --act takes 1, 2 or 3.`);
  process.exit(2);
}
let code = 0;
for (const act of wanted) {
  if (code !== 0) break;
  if (act !== wanted[0]) console.log("\n");
  console.log(`act ${acts.indexOf(act) + 1}      ${act.name}\n`);
  code = await act.play();
}
process.exitCode = code;

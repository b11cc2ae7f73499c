/**
 * Two acts, each on the built executable: `./scripts/demo`.
 *
 * 1. The main job on real input, with the power cut in the middle: nothing is lost, nothing done twice.
 * 2. A provider that loses webhooks and goes away: what never came is noticed and fetched.
 *
 * Exit code 1 if anything is missing. `--lose` leaves one request of the first act out, `--no-reconcile` asks
 * for nothing in the second: both must be noticed. `--act 1` or `--act 2` plays one alone.
 */
import { parseArgs } from "node:util";
import { firstAct } from "./demo-run/first-act.ts";
import { secondAct } from "./demo-run/second-act.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    act: { type: "string" },
    lose: { type: "boolean", default: false },
    "no-reconcile": { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
if (values.act !== undefined && values.act !== "1" && values.act !== "2") {
  console.log(`There is no act ${values.act}: --act takes 1 or 2.`);
  process.exit(2);
}
let code = 0;
if (values.act !== "2") {
  console.log("act 1      real webhooks, and the power cut in the middle\n");
  code = await firstAct({ seed, lose: values.lose });
}
if (values.act !== "1" && code === 0) {
  if (values.act !== "2") console.log("\n");
  console.log("act 2      two weeks with a provider that loses webhooks, squeezed\n");
  code = await secondAct({ seed, reconcile: !values["no-reconcile"] });
}
process.exitCode = code;

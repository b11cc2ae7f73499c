import { RealPool } from "./real-pool.ts";

/** A process whose host loops: says the host's id, then dies as a killed process does. */
const world = new RealPool(1);
await world.pool.start();
world.run("tell-then-loop");
const { message } = await world.log.line((line) => line.message.startsWith("host "));
process.stdout.write(message);
process.kill(process.pid, "SIGKILL");

import { systemIo } from "../../src/cli/io.ts";

/** Writes so many lines as a command would, and ends the process at once. */
const io = systemIo();
for (let line = 0; line < Number(process.argv[2]); line++) io.stdout(`${"x".repeat(499)}\n`);
process.exit(0);

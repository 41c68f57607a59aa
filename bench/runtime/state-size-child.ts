/** One measurement of state-size.ts in a process of its own, since how memory is mapped is fixed when a process starts. Prints microseconds. */
import { measureStateSizes } from "./state-size.js";

process.stdout.write(`${JSON.stringify(await measureStateSizes())}\n`);

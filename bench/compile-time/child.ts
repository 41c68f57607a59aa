/**
 * One compilation in a process of its own, for bench/compile-time: `child.js supervm <arguments of the command line>` or
 * `child.js solc <file>`. Its last line on standard error is what the process took: { cpu: seconds, memory: peak in MB }.
 */
import { runCli } from "../../cli/cli.js";
import { solcArtifacts } from "../../test/differential/solc.js";

const [compiler, ...args] = process.argv.slice(2);
if (compiler === "supervm") process.exitCode = await runCli(args);
else if (compiler === "solc") solcArtifacts(args, { viaIR: true, fresh: true });
else process.exitCode = 2;

const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stderr.write(`\n${JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 })}\n`);

/** `npm run bench -- [NAME...] [--json FILE]`: every figure that the documentation quotes. A name also stands for all that it begins, up to a dash. */
import fs from "node:fs";
import { calls } from "./calls.js";
import { compileTime } from "./compile-time.js";
import { evmGas } from "./evm-gas.js";
import { durable } from "./runtime/durable.js";
import { rpc } from "./runtime/rpc.js";
import { instances } from "./runtime/calls.js";
import { hashing } from "./runtime/hashing.js";
import { metering } from "./runtime/metering.js";
import { parallel } from "./runtime/parallel.js";
import { stateSize } from "./runtime/state-size.js";
import { transfers } from "./runtime/transfers.js";
import { geometricMean, render, type Bench, type Row } from "./report.js";
import { solanaUnits } from "./solana-units.js";

const BENCHES: readonly Bench[] = [evmGas, solanaUnits, calls, compileTime, transfers, parallel, metering, instances, hashing, stateSize, rpc, durable];

/** `runtime` asks for `runtime-transfers` and its like. */
function asksFor(name: string, bench: Bench): boolean {
  return bench.name === name || bench.name.startsWith(`${name}-`);
}

async function main(argv: readonly string[]): Promise<number> {
  const json = argv.indexOf("--json");
  const file = json >= 0 ? argv[json + 1] : undefined;
  const names = argv.filter((_, i) => json < 0 || (i !== json && i !== json + 1));
  const unknown = names.filter((n) => !BENCHES.some((b) => asksFor(n, b)));
  if (unknown.length > 0) {
    process.stderr.write(`no bench is called ${unknown.join(", ")}; there are ${BENCHES.map((b) => b.name).join(", ")}\n`);
    return 2;
  }
  const results: Record<string, readonly Row[]> = {};
  for (const bench of BENCHES) {
    if (names.length > 0 && !names.some((n) => asksFor(n, bench))) continue;
    const rows = await bench.run();
    results[bench.name] = rows;
    process.stdout.write(render(bench, rows));
    if (rows.length > 3) {
      const gas = rows.filter((r) => r.unit.startsWith("gas"));
      const size = rows.filter((r) => r.unit.startsWith("bytes"));
      if (gas.length > 0) process.stdout.write(`geometric mean of gas ratios ${geometricMean(gas).toFixed(3)}, of size ratios ${geometricMean(size).toFixed(3)}\n`);
    }
    process.stdout.write("\n");
  }
  if (file !== undefined) fs.writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));

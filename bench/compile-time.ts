/** Compile time beside solc's WebAssembly build, in one process: the first run (cold) and the median of later ones. */
import { compile } from "../index.js";
import { solcArtifacts } from "../test/differential/solc.js";
import type { TargetName } from "../targets/target.js";
import { median, type Bench, type Row } from "./report.js";

const SOURCE = "fixtures/solidity/SampleToken.sol";
const RUNS = 5;

async function seconds(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

async function ours(targets: readonly TargetName[]): Promise<number> {
  return seconds(async () => {
    const { diagnostics } = await compile({ sources: [SOURCE], targets });
    const errors = diagnostics.filter((d) => d.severity === "error");
    if (errors.length > 0) throw new Error(errors.map((d) => d.formatted).join("\n"));
  });
}

export const compileTime: Bench = {
  name: "compile-time",
  title: "OpenZeppelin ERC20 with Permit; peer: solc 0.8 in WebAssembly, EVM only, --optimize",
  async run() {
    const cold = await ours(["evm", "supervm", "solana"]);
    const solcCold = await seconds(() => solcArtifacts([SOURCE], { viaIR: true }));
    const times = { all: [] as number[], evm: [] as number[], legacy: [] as number[], viaIR: [] as number[] };
    for (let i = 0; i < RUNS; i++) {
      times.all.push(await ours(["evm", "supervm", "solana"]));
      times.evm.push(await ours(["evm"]));
      times.legacy.push(await seconds(() => solcArtifacts([SOURCE], { viaIR: false })));
      times.viaIR.push(await seconds(() => solcArtifacts([SOURCE], { viaIR: true })));
    }
    const rows: Row[] = [
      { name: "first compilation, three targets; peer via-IR", ours: cold, peer: solcCold, unit: "s" },
      { name: "warm, three targets; peer via-IR", ours: median(times.all), peer: median(times.viaIR), unit: "s" },
      { name: "warm, EVM only; peer via-IR", ours: median(times.evm), peer: median(times.viaIR), unit: "s" },
      { name: "warm, EVM only; peer legacy", ours: median(times.evm), peer: median(times.legacy), unit: "s" },
    ];
    return rows;
  },
};

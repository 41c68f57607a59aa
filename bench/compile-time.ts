/**
 * Compile time and memory beside solc's WebAssembly build. At the command line, in processes of their own (loading included): cold, with nothing
 * changed, and after an edit of one line; in one process, once everything is loaded and hot; growth; parsing.
 */
import { compile } from "../index.js";
import { solcArtifacts } from "../test/differential/solc.js";
import type { TargetName } from "../targets/target.js";
import { growth } from "./compile-time/growth.js";
import { parse } from "./compile-time/parse.js";
import { measure, type Measured } from "./compile-time/process.js";
import { Project } from "./compile-time/project.js";
import { median, type Bench, type Row } from "./report.js";

const TOKEN = "fixtures/solidity/SampleToken.sol";
const GOVERNOR = "fixtures/solidity/oz/Governance.sol";
const RUNS = 3;

function wall(name: string, ours: Measured, peer: Measured): Row {
  return { name, ours: ours.seconds, peer: peer.seconds, unit: "s", note: `CPU ${ours.cpu.toFixed(2)} s, peer ${peer.cpu.toFixed(2)} s` };
}

/** Compilations at the command line. */
function processes(name: string, fixture: string, edit: readonly [from: string, to: string]): Row[] {
  const project = new Project(fixture);
  try {
    const peer = measure(["solc", fixture]);
    const cold = project.compile();
    const warm = project.compile();
    project.edit(...edit);
    const edited = project.compile();
    return [
      wall(`${name}-cold, three targets; peer via-IR`, cold, peer),
      { name: `${name}-cold, peak memory`, ours: cold.memory, peer: peer.memory, unit: "MB" },
      wall(`${name}-warm, nothing changed; peer in full`, warm, peer),
      { name: `${name}-warm, peak memory`, ours: warm.memory, peer: peer.memory, unit: "MB" },
      wall(`${name}-edit-one-line; peer in full`, edited, peer),
    ];
  } finally {
    project.close();
  }
}

async function seconds(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

async function ours(targets: readonly TargetName[]): Promise<number> {
  return seconds(async () => {
    const { diagnostics } = await compile({ sources: [TOKEN], targets });
    const errors = diagnostics.filter((d) => d.severity === "error");
    if (errors.length > 0) throw new Error(errors.map((d) => d.formatted).join("\n"));
  });
}

/** The token again and again in this process. */
async function hot(): Promise<Row[]> {
  const times = { all: [] as number[], evm: [] as number[], legacy: [] as number[], viaIR: [] as number[] };
  await ours(["evm", "supervm", "solana"]);
  for (let i = 0; i < RUNS; i++) {
    times.all.push(await ours(["evm", "supervm", "solana"]));
    times.evm.push(await ours(["evm"]));
    times.legacy.push(await seconds(() => solcArtifacts([TOKEN], { viaIR: false, fresh: true })));
    times.viaIR.push(await seconds(() => solcArtifacts([TOKEN], { viaIR: true, fresh: true })));
  }
  return [
    { name: "token hot in process, three targets; peer via-IR", ours: median(times.all), peer: median(times.viaIR), unit: "s" },
    { name: "token hot in process, EVM only; peer via-IR", ours: median(times.evm), peer: median(times.viaIR), unit: "s" },
    { name: "token hot in process, EVM only; peer legacy", ours: median(times.evm), peer: median(times.legacy), unit: "s" },
  ];
}

export const compileTime: Bench = {
  name: "compile-time",
  title: "OpenZeppelin's ERC20 with Permit (token) and Governor with timelock; peer: solc 0.8 in WebAssembly, EVM only, --optimize",
  async run() {
    return [
      ...processes("token", TOKEN, ["_mint(to, amount)", "_mint(to, amount + 1)"]),
      ...processes("governor", GOVERNOR, ["value > 1000", "value > 2000"]),
      ...(await hot()),
      ...(await growth()),
      parse(),
    ];
  },
};

/** Growth: the same contract 1, 4 and 16 times as big, and 1, 4 and 16 contracts. Linear means that a unit costs the same every time. */
import { compile } from "../../index.js";
import type { Row } from "../report.js";

/** Functions with mappings, arrays, loops, events, strings and checked arithmetic; `seed` makes every copy different code. */
function unit(seed: number): string {
  return `
  mapping(address => uint256) public balance${seed};
  uint256[] public list${seed};
  event Done${seed}(address indexed who, uint256 amount, string note);
  function deposit${seed}(uint256 amount, string calldata note) external returns (uint256 total) {
    require(amount > ${seed}, "too small for ${seed}");
    balance${seed}[msg.sender] += amount;
    for (uint256 k = 0; k < list${seed}.length; k++) total += list${seed}[k] * amount;
    list${seed}.push(amount + ${seed * 7});
    emit Done${seed}(msg.sender, amount, note);
  }
  function take${seed}(uint256 amount, address to) external {
    uint256 have = balance${seed}[msg.sender];
    if (have < amount) revert("short of ${seed}");
    unchecked { balance${seed}[msg.sender] = have - amount; }
    balance${seed}[to] += amount * ${seed + 3};
  }
  function text${seed}(uint256 x) public pure returns (string memory) {
    return string(abi.encodePacked("v${seed}:", x, bytes32(x * ${seed + 11})));
  }`;
}

const UNITS = 3;
const FACTORS = [1, 4, 16] as const;

function contract(name: string, units: number, seed: number): string {
  return `contract ${name} {${Array.from({ length: units }, (_, i) => unit(seed + i)).join("")}\n}\n`;
}

const KINDS: Readonly<Record<string, (factor: number) => string>> = {
  "bigger contract": (factor) => contract("Growing", UNITS * factor, 0),
  "more contracts": (factor) => Array.from({ length: factor }, (_, i) => contract(`Growing${i}`, UNITS, i * UNITS)).join(""),
};

/** CPU seconds of one compilation for all targets in this process. */
async function cpuSeconds(content: string): Promise<number> {
  const start = process.cpuUsage();
  const { diagnostics } = await compile({ sources: { "Growing.sol": { content: `// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n${content}` } } });
  const { user, system } = process.cpuUsage(start);
  const errors = diagnostics.filter((d) => d.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((d) => d.formatted).join("\n"));
  return (user + system) / 1e6;
}

/** Rows of CPU time per unit, beside the time per unit at 1x. */
export async function growth(): Promise<Row[]> {
  const rows: Row[] = [];
  // The compiler itself is compiled as it runs: without a long warm-up every larger run would look cheaper than it is.
  for (let i = 0; i < 2; i++) await cpuSeconds(contract("Warm", UNITS * 16, 1_000));
  for (const [kind, source] of Object.entries(KINDS)) {
    let base = 0;
    for (const factor of FACTORS) {
      const times: number[] = [];
      for (let i = 0; i < (factor === 16 ? 1 : 3); i++) times.push(await cpuSeconds(source(factor)));
      const each = (Math.min(...times) / factor) * 1000;
      if (factor === 1) base = each;
      else rows.push({ name: `growth ${factor}x, ${kind}, a unit; peer: own 1x`, ours: each, peer: base, unit: "ms CPU" });
    }
  }
  return rows;
}

/** What differs between machines and must not show: each case by name, on fixtures/solidity/ChainPitfalls.sol. */
import { call, deploy, send, type Scenario, type Step } from "../scenario.js";

const gwei = 10n ** 9n;
const MAX = 2n ** 256n - 1n;
const MIN_SIGNED = 2n ** 255n;
const LIMB = 2n ** 64n;
const each = (fn: string, list: readonly (readonly unknown[])[]): Step[] => list.map((args) => send("o", fn, args));

function pitfall(number: number, name: string, steps: readonly Step[]): Scenario {
  return { name: `pitfall ${number}: ${name}`, sources: ["fixtures/solidity/ChainPitfalls.sol"], steps: [deploy("o", "Outer"), ...steps] };
}

/** Pairs at which carries, borrows and signs run through all limbs. */
const PAIRS: readonly (readonly [bigint, bigint])[] = [
  [MAX, 1n],
  [0n, 1n],
  [LIMB - 1n, 1n],
  [LIMB ** 2n - 1n, 1n],
  [LIMB ** 3n, 1n],
  [LIMB - 1n, LIMB - 1n],
  [MAX, MAX],
  [MIN_SIGNED, MAX],
  [MIN_SIGNED, 3n],
  [MAX - 6n, 2n],
  [7n, MAX - 1n],
  [LIMB ** 3n + LIMB + 5n, LIMB ** 2n - 1n],
  [MAX, LIMB + 1n],
  [5n, 0n],
  [(MAX / 3n) * 2n, MAX / 3n],
];

export const chainPitfalls: readonly Scenario[] = [
  pitfall(34, "carries, 512-bit products, signed division and packed encoding of wide numbers", [
    ...PAIRS.flatMap(([a, b]) => [MAX, LIMB ** 2n + 1n, 7n, 0n].map((m) => call("o", "p34", [a, b, m]))),
    call("o", "p34packed", [1, -2, LIMB - 1n, 2n ** 72n - 2n, -(2n ** 199n), "0x0102030405", true]),
    call("o", "p34packed", [255, 2n ** 23n - 1n, 1, 1, 1, "0xff00000000", false]),
  ]),
  pitfall(35, "a failed inner call is undone alone; data between contracts is never cut", [
    ...each("p35", [[false], [true], [false]]),
    call("o", "touched"),
    ...[0, 31, 1_023, 1_024, 1_025, 3_000].map((length) => call("o", "p35long", [length])),
  ]),
  pitfall(36, "addresses have 20 bytes in casts, packed hashes and keys of mappings", [
    ...each("p36", [
      [1, 2n ** 160n + 1n],
      [2n ** 160n - 1n, MAX],
      [0, 2n ** 255n],
    ]),
    call("o", "byAddress", ["0x0000000000000000000000000000000000000001"]),
    call("o", "byAddress", [`0x${"ff".repeat(20)}`]),
    call("o", "p36nobody"),
  ]),
  pitfall(37, "recursion and memory have room", [
    ...[0, 1, 7, 40].map((depth) => call("o", "p37", [depth])),
    ...[0, 1, 300, 1_500].map((words) => call("o", "p37memory", [words])),
  ]),
  pitfall(38, "a contract may be entered again through another; a guard sees it", [
    ...each("bounce", [[0], [1], [2], [6]]),
    ...each("p38guarded", [[0], [1], [4]]),
    call("o", "touched"),
  ]),
  pitfall(40, "accounts that do not exist, and addresses that are used twice in one transaction", [
    send("o", "p40", [`0x${"11".repeat(32)}`], { value: 5n * gwei }),
    send("o", "p40", [`0x${"22".repeat(32)}`]),
    send("o", "p40", [`0x${"11".repeat(32)}`], { value: gwei }),
  ]),
];

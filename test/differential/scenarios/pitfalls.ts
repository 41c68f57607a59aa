/** What compilers of Solidity have got wrong before: each case by name, on fixtures/solidity/Pitfalls.sol. */
import { id } from "ethers";
import { call, deploy, raw, send, type Scenario, type Step } from "../scenario.js";

const gwei = 10n ** 9n;
const MAX = 2n ** 256n - 1n;
const word = (n: number | bigint): string => (BigInt(n) & MAX).toString(16).padStart(64, "0");
const data = (signature: string, words: readonly (number | bigint)[]): string => `${id(signature).slice(0, 10)}${words.map(word).join("")}`;
const each = (fn: string, list: readonly (readonly unknown[])[]): Step[] => list.map((args) => send("p", fn, args));

function pitfall(number: number, name: string, steps: readonly Step[]): Scenario {
  return { name: `pitfall ${number}: ${name}`, sources: ["fixtures/solidity/Pitfalls.sol"], steps: [deploy("p", "Pitfalls", [], { value: 9n * gwei }), ...steps] };
}

const arithmetic: Scenario[] = [
  pitfall(1, "operands are evaluated from left to right, arguments in order", [send("p", "p01"), send("p", "p01b")]),
  pitfall(2, "right sides first, then stores from right to left; a compound assignment evaluates its index once", [send("p", "p02"), send("p", "p02b")]),
  pitfall(3, "dirty high bits are cleaned before they are seen", each("p03(uint256)", [[0x1ff], [0xff00], [MAX], [5]])),
  pitfall(4, "exponents are cleaned; 0 ** 0 is 1; the result has the base's type", [
    ...each("p04(uint8,uint8)", [
      [2, 3],
      [2, 9],
      [0, 0],
      [255, 255],
    ]),
  ]),
  pitfall(5, "shifts by the width or more give zero or the sign", [
    ...each("p05(int8,uint256)", [
      [-1, 1],
      [-1, 8],
      [-128, 255],
      [64, 1],
      [-3, MAX],
    ]),
  ]),
  pitfall(6, "MIN / -1 panics and wraps unchecked, MIN % -1 is zero, zero divisors panic everywhere", [
    ...["p06(int8,int8)", "p06b(int8,int8)"].flatMap((fn) =>
      each(fn, [
        [-128, -1],
        [-7, 2],
        [7, -2],
        [1, 0],
      ]),
    ),
  ]),
  pitfall(7, "unchecked is lexical", each("p07(uint8)", [[100], [155], [156], [255]])),
  pitfall(8, "literals are exact; `b ? 255 : 256` is uint16", each("p08(bool)", [[true], [false]])),
];

const p09 = "p09(uint8[],bool,bytes)";
const p10 = "p10(uint8[][2])";
const p10b = "p10b(uint8[][2])";
const coding: Scenario[] = [
  pitfall(9, "malformed arguments revert without data; overlaps and trailing bytes are legal", [
    ...[
      [96, 1, 128, 0, 0],
      [96, 2, 128, 0, 0],
      [96, 1, 96, 1, 5],
      [96, 1, 96, 1, 5, 99, 99],
      [96, 1, 96, 1, 256],
      [2n ** 64n, 1, 96, 0],
      [MAX, 1, 96, 0],
      [96, 1],
      [96, 1, 128, 0, 40],
    ].map((words) => raw("p", data(p09, words))),
  ]),
  pitfall(10, "nested call data is checked on access, and again when it is encoded", [
    ...[p10, p10b].flatMap((fn) =>
      [
        [32, 64, 96, 0, 1, 7],
        [32, 2n ** 200n, 64, 1, 7],
        [32, 64, 96, 1, 1, 300],
        [32, 64, 96, 0, 2, 7],
        [32, 64, MAX, 0, 2, 7],
      ].map((words) => raw("p", data(fn, words))),
    ),
  ]),
  pitfall(11, "cleaning a static array does not overwrite the next head", [
    send("p", "p11(bytes,uint8[2])", ["0xabcdef", [1, 2]]),
    send("p", "p11(bytes,uint8[2])", [`0x${"11".repeat(70)}`, [255, 0]]),
    raw("p", data("p11(bytes,uint8[2])", [96, 1, 256, 0])),
  ]),
  pitfall(12, "bytes change their form at 31 and 32; shrinking clears; a bad encoding panics", [
    ...each("p12(uint256)", [[0], [1], [31], [32], [33], [64], [65], [32], [2]]),
    ...each("p12b(uint256)", [[0], [0x41], [0x40], [0x3e], [1], [0x43]]),
  ]),
  pitfall(13, "arrays may wrap past the last slot; deleting transient storage leaves storage alone", [
    ...each("p13(uint256)", [[0], [MAX - 1n], [2n ** 255n], [MAX]]),
    send("p", "p13b"),
  ]),
  pitfall(14, "references alias, delete points elsewhere, too much memory panics", [send("p", "p14"), ...each("p14b(uint256)", [[3], [2n ** 64n], [MAX]])]),
];

const contracts: Scenario[] = [
  pitfall(15, "each `_` resets results; return does not skip the modifier's tail", [send("p", "p15", [5n]), call("p", "p15b")]),
  pitfall(16, "base arguments, initial values and constructors in their order; virtual calls hit the most derived", [call("p", "p16")]),
  pitfall(17, "immutables of short signed types, assigned on several paths", [call("p", "p17"), deploy("q", "Pitfalls"), call("q", "p17")]),
  pitfall(18, "undecodable results revert the caller; malformed reasons fall through", each("p18(uint256)", [[0], [1], [2], [3], [4]])),
  pitfall(19, "calls need code and enough return data; low-level calls need neither", [call("p", "p19"), send("p", "p19b"), send("p", "p19c")]),
  pitfall(20, "more gas than there is may be asked for", [send("p", "p20")]),
  pitfall(21, "delegatecall keeps storage, sender and value, but the callee's immutables", [send("p", "p21", [], { value: 3n * gwei })]),
  pitfall(22, "transient storage ends with its transaction and reverts with its call", [send("p", "p22"), send("p", "p22")]),
  pitfall(23, "zero pointers panic, pointers of the constructor work, a selector's object is evaluated", [send("p", "p23"), send("p", "p23b"), send("p", "p23c")]),
  pitfall(24, "no data is received, one to three bytes fall back", [
    ...["0x", "0x00", "0x0000", "0x000000", "0x00000000", id("p15b()").slice(0, 8)].flatMap((bytes) => [raw("p", bytes, { value: gwei }), call("p", "p15b")]),
  ]),
  pitfall(25, "stores before an assembly return of a callee survive", [send("p", "p25"), call("p", "p15b")]),
];

export const pitfalls: readonly Scenario[] = [...arithmetic, ...coding, ...contracts];

/**
 * Scenarios of the whole language: fixtures/solidity/language. Each contract's functions without parameters are called in written order; functions with
 * parameters are called as listed here, with bad encodings besides.
 */
import fs from "node:fs";
import { id } from "ethers";
import { deploy, raw, send, type Scenario, type Step } from "../scenario.js";

const folder = "fixtures/solidity/language";
const MIN = -(2n ** 255n);

/** Transactions to every public function without parameters. */
function parameterless(contract: string): Step[] {
  const source = fs.readFileSync(`${folder}/${contract}.sol`, "utf8");
  const own = source.slice(source.search(new RegExp(`^contract ${contract}\\b`, "m")));
  const names = [...own.matchAll(/function (\w+)\(\)([^{;]*)/g)].filter(([, , header]) => /\b(public|external)\b/.test(header!)).map(([, name]) => name!);
  return [...new Set(names)].map((name) => send("c", `${name}()`));
}

interface Calls {
  readonly [signature: string]: readonly (readonly unknown[])[];
}

/** Call data by words: numbers, or 64 hex digits. */
type Words = readonly (number | bigint | string)[];

function scenario(contract: string, name: string, calls: Calls = {}, raws: Readonly<Record<string, readonly Words[]>> = {}, setup: Setup = {}): Scenario {
  const word = (n: number | bigint | string): string => (typeof n === "string" ? n : (BigInt(n) & ((1n << 256n) - 1n)).toString(16).padStart(64, "0"));
  return {
    name: `the language: ${name}`,
    sources: [`${folder}/${contract}.sol`],
    steps: [
      ...(setup.before ?? []),
      deploy("c", contract, [], setup.options),
      ...parameterless(contract),
      ...Object.entries(calls).flatMap(([signature, list]) => list.map((args) => send("c", signature, args))),
      ...Object.entries(raws).flatMap(([signature, list]) => list.map((words) => raw("c", `${id(signature).slice(0, 10)}${words.map(word).join("")}`))),
      ...["0x", "0x00", "0x11223344"].map((data) => raw("c", data)),
    ],
  };
}

interface Setup {
  readonly before?: readonly Step[];
  readonly options?: { readonly value?: bigint; readonly libraries?: Record<string, string> };
}

const inheritance = scenario("Inheritance", "inheritance");
const modifiers = scenario("Modifiers", "modifiers");
const storage = scenario("Storage", "storage");

const types = scenario("Types", "types", {
  "trunc(bytes)": [["0x"], ["0x0102"], [`0x${"ab".repeat(40)}`]],
  "badEnum(uint256)": [[2n], [3n]],
  "tern(bool)": [[true], [false]],
  "sh(uint8,uint256,int16)": [
    [0x81, 1, -3],
    [0x81, 8, -3],
    [0x81, 2n ** 255n, -3],
  ],
  "sd(int256,int256)": [
    [MIN, -1],
    [-7, 2],
    [7, 0],
  ],
  "un(int8,int8)": [
    [-128, -1],
    [-7, 3],
    [1, 0],
  ],
  "pow(uint8,uint256)": [
    [2, 8],
    [2, 7],
    [0, 0],
    [1, 2n ** 255n],
  ],
  "pw(int16,uint8)": [
    [-2, 15],
    [-2, 16],
    [-181, 2],
    [-182, 2],
  ],
});

const nested = [
  [
    [
      [1, "0x1234", [1, 2, 3]],
      [2, "0x", []],
    ],
    "hello there",
    [
      [-1, 2],
      [3, -128],
    ],
  ],
];
const NESTED = "(((uint8,bytes,uint16[])[],string,int8[2][]))";
const ARGUMENT = "(uint8,bytes,uint16[])";
const packedArguments = (address: string): string =>
  `0x01020304${"7".padStart(64, "0")}${address.padStart(64, "0")}${"60".padStart(64, "0")}${"1".padStart(64, "0")}ab${"0".repeat(62)}`;

const callData = scenario(
  "CallData",
  "call data",
  {
    [`e1${NESTED}`]: [nested],
    [`e7${NESTED}`]: [nested],
    "e2(uint16[][])": [
      [
        [
          [1, 2],
          [65535, 4, 5],
        ],
      ],
    ],
    "e3(bytes,uint256,uint256)": [
      ["0x0102030405060708", 1, 6],
      ["0x0102030405060708", 6, 5],
      ["0x0102030405060708", 1, 9],
      ["0x0102030405060708", 1, 1],
    ],
    [`e4(${ARGUMENT}[2])`]: [
      [
        [
          [1, "0x12", [9]],
          [3, "0x", [1, 2]],
        ],
      ],
      [
        [
          [1, "0x12", []],
          [3, "0x", [1, 2]],
        ],
      ],
    ],
    "e5(string)": [["abc"], [""]],
    "e6(uint8[])": [[[1, 2, 255]]],
    "e8(bytes)": [[packedArguments("8")], [packedArguments(`1${"8".padStart(40, "0")}`)], ["0x010203"]],
    "e9(uint256[2][3],bool[])": [
      [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [true],
      ],
      [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [],
      ],
    ],
    [`e10(${ARGUMENT})`]: [[[1, "0xab", [1, 2, 3]]]],
    [`e11(${ARGUMENT})`]: [[[1, "0xab", [1, 2, 3]]], [[255, "0xab", [1, 2, 3]]]],
    "e13(uint8,int16,bytes3,bool,address)": [[1, -5, "0x010203", true, `0x${"11".repeat(20)}`]],
    "e14(bytes[])": [[["0x01", "0x", "0x020304"]]],
    "e15(uint256[])": [[[1, 2, 3]], [[]]],
    "e16(bytes)": [["0x01"]],
    "e17(uint256[])": [[[1, 2, 3]]],
    [`e18(${ARGUMENT}[])`]: [
      [
        [
          [1, "0x", []],
          [2, "0x", []],
        ],
      ],
    ],
  },
  {
    "e6(uint8[])": [[32, 1, 256], [32, 2, 1], [1n << 64n, 1, 1], [32, 1n << 64n, 1], [64, 0, 1, 2], [-32n, 1], [], [0]],
    "e13(uint8,int16,bytes3,bool,address)": [
      [256, 0, 0, 0, 0],
      [1, 32768, 0, 0, 0],
      [1, -32768n, 1, 0, 0],
      [1, 1, 0, 2, 0],
      [1, 1, 0, 1, 1n << 160n],
      [1, 1, 0, 1],
      [1, 1, 0, 1, 5, 6],
    ],
    [`e1${NESTED}`]: [
      [32, 96, 160, 192, 0, 0, 0],
      [32, 96, 96, 96, 0, 0, 0],
      [32, 96, 128, 128, 1, 32, 0],
      [32, 96, 128, 128, 1, 32, 256, 96, 96, 0],
      [32, 96, 96, 96, 0],
      [32, 96, 160, 160, 0, 0, 3, 0, 0],
      [32, 1n << 64n, 96, 96, 0],
    ],
    [`e4(${ARGUMENT}[2])`]: [
      [32, 64, 64, 5, 96, 96, 0],
      [32, 64, 64, 5, 96, 128, 1, 7n << 248n],
      [32, 64, 64, 256, 96, 128, 1, 7n << 248n, 1, 9],
      [32, 64, 64, 25, 96, 160, 1, 7n << 248n, 1, 9],
      [32, 64, 64, 25, 96, 160, 1, 7n << 248n, 1, 65536],
    ],
    "e12(function)": [[`${"00".repeat(20)}11223344${"00".repeat(8)}`], [`${"00".repeat(20)}11223344${"00".repeat(7)}01`]],
    "e14(bytes[])": [
      [32, 1, 32, 1, "ab".padEnd(64, "0")],
      [32, 1, 32, 2],
      [32, 2, 64, 64, 1, "ab".padEnd(64, "f")],
      [32, 1, -32n, 2],
      [32, 1, 32, 33, 0],
    ],
    "e5(string)": [
      [32, 3, "ff".repeat(3).padEnd(64, "1")],
      [32, 33, "ff".repeat(32)],
    ],
    "e9(uint256[2][3],bool[])": [
      [1, 2, 3, 4, 5, 6, 224, 1, 2],
      [1, 2, 3, 4, 5, 6, 224, 2, 1],
    ],
    [`e18(${ARGUMENT}[])`]: [
      [32, 2, 64, 64, 9, 0, 0],
      [32, 2, 64, 64, 300, 0, 0],
    ],
    [`e10(${ARGUMENT})`]: [
      [32, 7, 96, 96, 2, "ab".padEnd(64, "0")],
      [32, 7, 96, 128, 0, 1, 70000],
      [32, 700, 96, 128, 0, 1, 700],
    ],
    "id(uint256)": [[], ["00".repeat(31)], [5, "ff"]],
  },
);

const assembly = scenario(
  "Assembly",
  "inline assembly",
  { "a5(uint256)": [[10]], "a15(uint8)": [[255]], "a30(bytes,uint256[2])": [["0x01", [3, 4]]] },
  { "a4(function)": [[`${"11".repeat(20)}aabbccdd${"00".repeat(8)}`]] },
);

const mixture = scenario("Mixture", "libraries, pointers, immutables, encodings", {
  "m18(bytes)": [[`0x${"ff".padStart(64, "0")}`], [`0x${"1ff".padStart(64, "0")}`], ["0x00"]],
  "m24(uint256)": [[10], [2n ** 64n], [2n ** 255n]],
  "m32(uint256)": [[3], [4]],
});

const upTo = (n: number): number[][] => Array.from({ length: n }, (_, i) => [i]);
const calls = scenario(
  "Calls",
  "external calls",
  {
    "c4(uint256)": upTo(12),
    "c5(uint256)": [[0], [1], [2], [5], [7]],
    "c6(uint256)": upTo(5),
    "c10(bytes32)": [[`0x${"11".repeat(32)}`]],
    "c11(bytes32)": [[`0x${"22".repeat(32)}`]],
    "c13(uint256)": [[1], [2], [3], [4]],
    "c14(uint256)": upTo(11),
    "c29(uint256)": [[1], [2]],
  },
  {},
  { before: [deploy("l", "L")], options: { value: 10n ** 12n, libraries: { L: "l" } } },
);

export const language: readonly Scenario[] = [inheritance, modifiers, types, storage, callData, assembly, mixture, calls];

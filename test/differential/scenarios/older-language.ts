/** What the lines before 0.8 do in their own way: fixtures/solidity/older/Order*.sol. */
import { MaxUint256, id } from "ethers";
import { call, deploy, raw, send, type Scenario, type Step } from "../scenario.js";

const word = (n: bigint): string => BigInt.asUintN(256, n).toString(16).padStart(64, "0");
const data = (signature: string, ...words: bigint[]): string => id(signature).slice(0, 10) + words.map(word).join("");
const traced = (fn: string): Step[] => [send("order", "clear"), send("order", fn), call("order", "pick")];

const order05: Scenario = {
  name: "Order of evaluation in 0.5",
  sources: ["fixtures/solidity/older/Order05.sol"],
  line: "0.5",
  steps: [
    deploy("order", "Order"),
    call("order", "pick"),
    call("order", "x"),
    call("order", "y"),
    ...["sum", "nested", "modular", "events", "pointer", "assignments"].flatMap(traced),
    send("order", "unset"),
    deploy("modified", "Modified"),
    send("modified", "bump", [3n]),
    call("modified", "bump", [3n]),
    send("modified", "many", [2n]),
    call("modified", "many", [2n]),
    call("modified", "many", [9n]),
    call("modified", "both", [2n]),
    call("modified", "bound"),
    call("modified", "count"),
    call("modified", "last"),
  ],
};

const failures = (contract: string): Step[] => [
  deploy("failing", contract),
  ...[
    [7n, 2n],
    [7n, 0n],
  ].map((args) => call("failing", "div", args)),
  ...[
    [-7n, 3n],
    [-7n, 0n],
  ].map((args) => call("failing", "mod", args)),
  call("failing", "sdiv", [-128n, -1n]),
  call("failing", "wrap", [200n, 201n]),
  call("failing", "wrap", [128n, 2n]),
  ...[
    [3n, 5n],
    [3n, 11n],
    [0n, 0n],
  ].map((args) => call("failing", "power", args)),
  ...[true, false].flatMap((ok) => [call("failing", "check", [ok]), call("failing", "need(bool)", [ok]), call("failing", "need(bool,string)", [ok, "why not"])]),
  ...[0n, 2n, 3n, MaxUint256].flatMap((i) => [call("failing", "at", [i]), call("failing", "byteAt", [i])]),
  call("failing", "at2", [0n]),
  ...[2n, 3n, 255n, 256n].flatMap((i) => [send("failing", "toColor", [i]), raw("failing", data("take(uint8)", i))]),
  call("failing", "color"),
  send("failing", "pop"),
  send("failing", "push", [9n]),
  call("failing", "at2", [0n]),
  send("failing", "pop"),
  ...[0n, 100n, 1n << 64n, MaxUint256].map((n) => call("failing", "allocate", [n])),
  ...[0n, 2n].map((m) => call("failing", "zeroMod", [m])),
  call("failing", "convert", [-2n, MaxUint256 - 0x1234567n]),
  call("failing", "negative"),
  call("failing", "mixed", [200n, -300n]),
  call("failing", "mixed", [200n, 300n]),
  call("failing", "thirds", [3n]),
];

/** Words with bits outside their values. */
const dirt: Step[] = [
  raw("failing", data("dirty(uint8,bool,address,bytes4,int16)", 0x1ffn, 1n, 5n, 0x11223344n << 224n, -2n)),
  raw("failing", data("dirty(uint8,bool,address,bytes4,int16)", 0xffn, 2n, 5n, 0x11223344n << 224n, -2n)),
  raw("failing", data("dirty(uint8,bool,address,bytes4,int16)", 0xffn, 1n, 5n | (1n << 160n), 0x11223344n << 224n, -2n)),
  raw("failing", data("dirty(uint8,bool,address,bytes4,int16)", 0xffn, 1n, 5n, (0x11223344n << 224n) | 1n, 0x18000n)),
  raw("failing", data("dirty(uint8,bool,address,bytes4,int16)", 0xffn, 1n, 5n, 0n)),
  raw("failing", data("external_(uint8[],uint8[2])", 96n, 0x101n, 0x102n, 1n, 0x203n)),
  raw("failing", data("external_(uint8[],uint8[2])", 96n, 0x101n, 0x102n, 2n, 0x203n)),
  raw("failing", data("external_(uint8[],uint8[2])", MaxUint256, 0x101n, 0x102n, 2n, 0x203n)),
];

const failures05: Scenario = {
  name: "Failures, wrapping and conversions in 0.5",
  sources: ["fixtures/solidity/older/Order05.sol"],
  line: "0.5",
  steps: [
    ...failures("Failing"),
    ...[
      [-5n, 1n],
      [-5n, 20n],
      [5n, -1n],
    ].map((args) => call("failing", "shifts", args)),
    ...[0n, 7n, 8n, 255n].map((n) => call("failing", "literal", [n])),
    ...dirt,
    raw("failing", data("dirtyArrays(uint8[],uint8[2],bytes)", 128n, 1n, 0x102n, 192n, 1n, 0x203n, 3n, 0x112233n << 232n)),
    call("failing", "units"),
    raw("failing", "0x"),
    deploy("payer", "Payer", [], { value: 10n ** 12n }),
    call("payer", "pay", [10n ** 9n]),
    send("payer", "bare", [2n * 10n ** 9n]),
    call("payer", "stale"),
  ],
};

/** The same file compiled with two solcs; 0.6 by a pragma of the file beside it. */
const newer = (line: "0.6" | "0.7", sources: readonly string[]): Scenario[] => [
  {
    name: `Order of evaluation in ${line}`,
    sources,
    line,
    steps: [
      deploy("order", "Order"),
      ...["pick", "x", "y", "fixedAt"].map((fn) => call("order", fn)),
      ...["sum", "structs", "namedArguments", "modular", "events", "outer", "encoded", "ternaries", "steps", "copies"].flatMap((fn) => [...traced(fn), call("order", fn)]),
      deploy("modified", "Modified"),
      ...[call("modified", "bump", [3n]), send("modified", "bump", [3n])],
      ...[2n, 9n].map((n) => call("modified", "many", [n])),
      ...[2n, 4n].flatMap((n) => [call("modified", "both", [n]), send("modified", "both", [n]), call("modified", "count")]),
    ],
  },
  {
    name: `Failures, wrapping and conversions in ${line}`,
    sources,
    line,
    steps: [
      ...failures("Failing"),
      ...[0n, 7n, 8n, 255n].map((n) => call("failing", "literal", [n])),
      ...dirt,
      ...[
        [1n, 3n],
        [0n, 0n],
        [2n, 1n],
        [3n, 9n],
      ].map(([from, to]) => call("failing", "slice", ["0x010203040506", from, to])),
      call("failing", "slot"),
      deploy("catcher", "Catcher"),
      ...[
        [6n, 3n],
        [6n, 0n],
      ].map((args) => send("catcher", "run", args)),
      ...[true, false].map((ok) => send("catcher", "need", [ok])),
      ...[0n, 1n, 2n].map((n) => send("catcher", "make", [n], { value: 10n ** 9n })),
      raw("catcher", "0x", { value: 10n ** 9n }),
      raw("catcher", "0x01020304"),
    ],
  },
];

/** Whole words after the selector of `fn(type)`; dirt and values that are no members included. */
const colored = (signature: string, ...values: readonly bigint[]): Step[] => values.map((v) => raw("coder", data(signature, v)));
/** A call with one array of these words. */
const listed = (signature: string, ...words: bigint[]): Step => raw("coder", data(signature, 32n, BigInt(words.length), ...words));

const coder = (line: "0.5" | "0.6" | "0.7", source: string): Scenario => ({
  name: `The old ABI coder in ${line}`,
  sources: [source],
  line,
  steps: [
    deploy("coder", "Coder"),
    ...["number", "unused", "inAssembly", "compare", "same", "store", "encode"].flatMap((fn) => colored(`${fn}(uint8)`, 0n, 2n, 3n, 0x102n, MaxUint256)),
    ...["stored", "list", "colorOf", "numbers"].flatMap((fn) => (fn === "stored" ? [call("coder", fn)] : [0n, 1n, 2n].map((i) => call("coder", fn, [i])))),
    raw("coder", data("log(uint8,uint8[])", 1n, 64n, 2n, 0x1ffn, 3n)),
    raw("coder", data("log(uint8,uint8[])", 4n, 64n, 0n)),
    ...["colors(uint8[])", "colorCount(uint8[])", "firstColor(uint8[])"].flatMap((signature) => [
      listed(signature, 1n, 7n),
      listed(signature, 7n, 1n),
      listed(signature, 0x101n),
      listed(signature),
    ]),
    ...[listed("flags(bool[])", 2n, 1n), listed("flags(bool[])", 0n), listed("addresses(address[])", MaxUint256, 5n), listed("packed(address[])", MaxUint256, 5n)],
    raw("coder", data("shorts(int16[3])", 0x18000n, 0xffffn, 5n)),
    ...[
      [0x1ffn, 2n, 1n],
      [3n, 0n, 3n],
    ].map((words) => raw("coder", data("decode(bytes)", 32n, 96n, ...words))),
    send("coder", "logs"),
    ...[true, false].map((ok) => call("coder", "emptyReason", [ok])),
    ...["emptyRevert", "emptyArguments"].map((fn) => call("coder", fn)),
    ...[0n, 3n, 1n << 60n, 1n << 64n, MaxUint256].map((n) => call("coder", "allocate", [n])),
    listed("addresses(address[])"),
    raw("coder", data("addresses(address[])", 32n, 1n << 64n)),
    raw("coder", data("packed(address[])", 1n << 40n, 1n)),
    deploy("caller", "Caller"),
    ...[2n, 4n].map((address) => raw("caller", data("ask(address)", address))),
  ],
});

const newCoder = (line: "0.5" | "0.7", source: string): Scenario => ({
  name: `The new ABI coder in ${line}`,
  sources: [source],
  line,
  steps: [
    deploy("coder", "CoderV2"),
    ...colored("number(uint8)", 0n, 2n, 3n, 0x102n),
    ...[listed("colors(uint8[])", 2n, 1n), listed("colors(uint8[])", 3n), listed("flags(bool[])", 1n, 0n), listed("flags(bool[])", 2n)],
    ...[listed("addresses(address[])", 5n), listed("addresses(address[])", MaxUint256), raw("coder", data("addresses(address[])", 32n, 2n, 1n))],
    send("coder", "item", [[255n, 1n, [1n, 65_535n], "text"]]),
    ...[1n, 3n].map((c) => raw("coder", data("item((uint8,uint8,uint16[],string))", 32n, 1n, c, 128n, 160n, 0n, 0n))),
    raw("coder", data("item((uint8,uint8,uint16[],string))", 32n, 1n, 1n, 128n, 192n, 1n, 65_536n, 0n)),
    send("coder", "nested", [[[1n, 2n], []]]),
    raw("coder", data("nested(uint8[][2])", 32n, 64n, 96n, 0n, 1n, 256n)),
    send("coder", "logs"),
  ],
});

const former05: Scenario = {
  name: "What only 0.5 had",
  sources: ["fixtures/solidity/older/Former05.sol"],
  line: "0.5",
  steps: [
    deploy("hiding", "Hiding"),
    ...["base", "both", "open", "addressOf"].map((fn) => call("hiding", fn)),
    call("hiding", "receive", [21n]),
    deploy("derived", "Derived", [6n]),
    call("derived", "n"),
    deploy("maps", "Maps"),
    ...[call("maps", "run"), send("maps", "run"), call("maps", "run")],
    deploy("lengths", "Lengths"),
    ...[40n, 3n, 0n, 31n, 32n, 33n, 31n, 64n, 65n, 5n].flatMap((n, i) => [
      send("lengths", "push", [i === 0 ? 70n : 5n]),
      send("lengths", "set", [n]),
      call("lengths", "get"),
      ...[0n, 1n, 3n].flatMap((slot) => [0n, 1n, 2n].map((k) => call("lengths", "raw", [slot, k]))),
      send("lengths", "push", [2n]),
      send("lengths", "step"),
      call("lengths", "last"),
      call("lengths", "get"),
    ]),
  ],
};

export const language: readonly Scenario[] = [
  coder("0.5", "fixtures/solidity/older/Coder05.sol"),
  coder("0.6", "fixtures/solidity/older/Coder06.sol"),
  coder("0.7", "fixtures/solidity/older/Coder.sol"),
  newCoder("0.5", "fixtures/solidity/older/CoderV205.sol"),
  newCoder("0.7", "fixtures/solidity/older/CoderV2.sol"),
  former05,
  order05,
  failures05,
  ...newer("0.6", ["fixtures/solidity/older/Order07.sol", "fixtures/solidity/older/Only06.sol"]),
  ...newer("0.7", ["fixtures/solidity/older/Order07.sol"]),
];

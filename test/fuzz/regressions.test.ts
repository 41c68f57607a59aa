/** Faults that the fuzzer found, each as the smallest program that showed it: fixtures/fuzz. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { id, Interface } from "ethers";
import { checkProgram } from "./run/check.js";
import { variantsOf } from "./run/ours.js";
import { compileReferences, type Reference } from "./run/reference.js";
import { SENDERS } from "./run/side.js";

/** Programs with the calls of contract C that went wrong; a call whose name is `0x...` is raw data. */
const REGRESSIONS: Readonly<Record<string, readonly (readonly [signature: string, args: readonly unknown[]])[]>> = {
  "empty-string-to-storage": [
    ["xC1()", []],
    ["xC1()", []],
  ],
  "call-that-never-returns": [["xC0()", []]],
  "loop-behind-call-that-never-returns": [
    ["g()", []],
    ["h(uint256[])", [[1n]]],
  ],
  "signed-array-to-storage": [
    ["set()", []],
    [
      "take(int160[],int136[3])",
      [
        [-1n, 2n],
        [-1n, 2n, -3n],
      ],
    ],
    ["set()", []],
  ],
  "library-memory-parameter": [
    ["f()", []],
    ["f()", []],
  ],
  "calldata-struct-to-memory": [
    ["f((uint256,uint256[]))", [[1n, [2n, 3n]]]],
    ["g(uint256[][])", [[[1n, 2n, 3n]]]],
    ["h(string[2])", [["a", "b"]]],
    // Lengths and offsets that are too large, at each place.
    ...malformed("f((uint256,uint256[]))", [0x20n, 1n, 0x40n, 1n, 9n], [2, 3]),
    ...malformed("g(uint256[][])", [0x20n, 1n, 0x20n, 1n, 9n], [2, 3]),
    ...malformed("h(string[2])", [0x20n, 0x40n, 0x40n, 1n, 9n << 248n], [1, 2, 3]),
  ],
  "constant-concat": [["f()", []]],
  "negative-calldata-offset": [
    ..."f h m n o p q r s t u v w x"
      .split(" ")
      .flatMap((name) => malformed(`${name}((bytes,bytes8[3],uint256[])[])`, [0x20n, 1n, 0x20n, 0xa0n, 1n << 248n, 0n, 2n << 192n, 0xc0n, 0n, 0n], [1, 2, 3, 7])),
    ...malformed("g(uint256[][])", [0x20n, 1n, 0x20n, 1n, 9n], [2, 3]),
    ...malformed("k((bytes,bytes8[3],uint256[])[][])", [0x20n, 1n, 0x20n, 1n, 0x20n, 0xa0n, 1n << 248n, 0n, 2n << 192n, 0xc0n, 0n, 0n], [2, 4, 5]),
    ...malformed("l(uint8[2][][2][])", [0x20n, 1n, 0x20n, 0x40n, 0x40n, 1n, 2n, 3n], [2, 3, 4]),
  ],
};

/** External libraries of programs. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = { "library-memory-parameter": ["X"] };

/** Raw calls with the words of an encoding, in which one is replaced by values too large for it. */
function malformed(signature: string, words: readonly bigint[], places: readonly number[]): (readonly [string, readonly unknown[]])[] {
  const selector = id(signature).slice(0, 10);
  const large = [0x60n, 0x1000n, (1n << 59n) - 1n, 1n << 64n];
  // Solc takes these for negative where it follows offsets; which bytes of call data they name differs at each end of the range.
  const least = 1n << 255n;
  const negative = [least, least + 1n, least + 0x80n, least + 0x110n, least + 0x1000n, least + (1n << 63n), least + (1n << 254n), 2n * least - 0x1000n, 2n * least - 32n];
  const values = [...large, ...negative];
  return places.flatMap((place) =>
    values.map(
      (value) =>
        [
          selector +
            words
              .with(place, value)
              .map((w) => w.toString(16).padStart(64, "0"))
              .join(""),
          [],
        ] as const,
    ),
  );
}

const sources = new Map(Object.keys(REGRESSIONS).map((name) => [name, fs.readFileSync(`fixtures/fuzz/${name}.sol`, "utf8")]));
let references: Map<string, Reference> | undefined;

for (const [name, calls] of Object.entries(REGRESSIONS))
  test(name, async () => {
    references ??= compileReferences(sources);
    const reference = references.get(name);
    assert.ok(reference && "codes" in reference, reference && "rejected" in reference ? reference.rejected : "no answer");
    const messages = calls.map(([label, args]) => ({ label, from: SENDERS[0], value: 0n, data: label.startsWith("0x") ? label : encode(label, args) }));
    const { failures } = await checkProgram(
      sources.get(name)!,
      { senders: SENDERS, libraries: LIBRARIES[name] ?? [], constructorArgs: "0x", messages },
      reference.codes,
      variantsOf(["interpreter", "evm", "supervm"]),
    );
    assert.deepEqual(failures, []);
  });

function encode(signature: string, args: readonly unknown[]): string {
  return new Interface([`function ${signature}`]).encodeFunctionData(signature, args);
}

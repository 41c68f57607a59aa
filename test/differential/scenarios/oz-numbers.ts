/** Scenarios of OpenZeppelin's arithmetic: fixtures/solidity/oz/Numbers.sol. */
import { MaxInt256, MaxUint256, MinInt256, hexlify, toUtf8Bytes } from "ethers";
import { call, deploy, send, time, type Scenario } from "../scenario.js";

const sources = ["fixtures/solidity/oz/Numbers.sol"];
const P = (1n << 255n) - 19n;
const edges = [0n, 1n, 2n, 7n, (1n << 64n) - 1n, 1n << 128n, (1n << 255n) + 12345n, MaxUint256];
const signedEdges = [0n, 1n, -1n, 127n, -128n, 32_768n, -(1n << 63n), 1n << 127n, MaxInt256, MinInt256];

const calculator: Scenario = {
  name: "Math, SignedMath and Panic",
  sources,
  steps: [
    deploy("c", "Calculator"),
    ...edges.flatMap((a, i) => [edges[(i + 3) % 8]!, edges[(5 * i + 1) % 8]!].map((b) => call("c", "pair", [a, b]))),
    ...(
      [
        [7n, 2n],
        [0n, 5n],
        [MaxUint256, 2n],
        [1n, 0n],
      ] as const
    ).map((args) => call("c", "ceil", args)),
    ...(
      [
        [7n, 3n, 2n],
        [MaxUint256, MaxUint256, MaxUint256],
        [MaxUint256, MaxUint256 - 1n, MaxUint256],
        [P, P - 2n, P + 9n],
        [1n << 200n, 1n << 100n, 1n << 45n],
        [1n << 200n, 1n << 100n, 1n << 44n],
        [5n, 5n, 0n],
      ] as const
    ).map((args) => call("c", "muldiv", args)),
    ...(
      [
        [7n, 3n, 2],
        [MaxUint256, MaxUint256, 255],
        [1n << 200n, 1n << 100n, 44],
        [MaxUint256, 1n, 0],
      ] as const
    ).map((args) => call("c", "mulshr", args)),
    ...[0n, 1n, 3n, 4n, 99n, 100n, 1000n, (1n << 64n) - 1n, 1n << 64n, 10n ** 38n, (1n << 128n) - 1n, (1n << 254n) + 1n, MaxUint256].map((a) => call("c", "roots", [a])),
    ...signedEdges.flatMap((a, i) => [call("c", "signed", [a, signedEdges[(3 * i + 1) % 10]!])]),
    ...[0n, 1n, 0x11n, 0x51n, MaxUint256].map((code) => call("c", "panic", [code])),
  ],
};

const powers: Scenario = {
  name: "Math.modExp and modular inverses",
  sources,
  except: { solana: "the precompiled contract 5 (`modexp`)" },
  steps: [
    deploy("c", "Calculator"),
    ...(
      [
        [3n, 7n],
        [0n, 7n],
        [7n, 7n],
        [P - 2n, P],
        [2n, P],
      ] as const
    ).map((args) => call("c", "inverse", args)),
    ...(
      [
        [3n, 200n, 13n],
        [2n, MaxUint256, P],
        [5n, 0n, 1n],
        [5n, 5n, 0n],
      ] as const
    ).map((args) => call("c", "power", args)),
    call("c", "longPower", ["0x05", "0x03", `0x${"ff".repeat(64)}`]),
    call("c", "longPower", [`0x${"ab".repeat(70)}`, "0x010001", `0x01${"00".repeat(62)}0f`]),
    call("c", "longPower", ["0x05", "0x03", "0x0000"]),
    call("c", "longPower", ["0x05", "0x", "0x07"]),
  ],
};

const caster: Scenario = {
  name: "SafeCast",
  sources,
  steps: [
    deploy("c", "Caster"),
    ...[0n, 65_535n, 65_536n, 1n << 32n, MaxUint256].map((n) => call("c", "down", [n])),
    ...[0n, (1n << 96n) - 1n, 1n << 96n, 1n << 112n, MaxUint256].map((n) => call("c", "wide", [n])),
    ...signedEdges.flatMap((n) => ["signed", "signedWide", "tiny", "unsigned"].map((fn) => call("c", fn, [n]))),
    call("c", "signed", [-32_768n]),
    call("c", "signed", [-32_769n]),
    call("c", "flag", [true]),
  ],
};

const delays: Scenario = {
  name: "Time and its delays",
  sources,
  steps: [
    deploy("d", "Delays"),
    call("d", "get"),
    send("d", "set", [100n, 50n]),
    call("d", "get"),
    time(49n),
    call("d", "get"),
    time(51n),
    call("d", "get"),
    send("d", "set", [0n, 10n]),
    call("d", "get"),
    send("d", "set", [30n, 10n]),
    time(5n),
    call("d", "get"),
    time(500n),
    call("d", "get"),
    call("d", "packed", [1n, (1n << 32n) - 1n, (1n << 48n) - 1n]),
    call("d", "packed", [hexlify(toUtf8Bytes("abc")), 2n, 3n]),
    call("d", "clocks"),
  ],
};

export const ozNumbers: readonly Scenario[] = [calculator, powers, caster, delays];

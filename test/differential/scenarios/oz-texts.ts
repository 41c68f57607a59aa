/** Scenarios of OpenZeppelin's texts, encodings and byte arrays: fixtures/solidity/oz/Texts.sol. */
import { MaxInt256, MaxUint256, MinInt256, ZeroAddress, concat, encodeBytes32String, hexlify, id, toUtf8Bytes } from "ethers";
import { call, deploy, type Scenario, type Step } from "../scenario.js";

const sources = ["fixtures/solidity/oz/Texts.sol"];
const utf8 = (text: string): string => hexlify(toUtf8Bytes(text));
const LONG = "a name that is much longer than the thirty-one bytes of a short string";
const ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

const writer: Scenario = {
  name: "Strings and ShortStrings",
  sources,
  steps: [
    deploy("w", "Writer", ["a short name"]),
    deploy("l", "Writer", [LONG]),
    call("w", "name"),
    call("l", "name"),
    ...["", "exactly thirty-one bytes long..", "exactly thirty-two bytes long...", "żółw"].map((t) => call("w", "short", [t])),
    call("w", "broken", [encodeBytes32String("no length")]),
    call("w", "broken", [`0x${"61".repeat(31)}20`]),
    ...(
      [
        [0n, 0n, ZeroAddress],
        [9n, -9n, ADDRESS],
        [MaxUint256, MinInt256, `0x${"ff".repeat(20)}`],
        [10n ** 70n, MaxInt256, ADDRESS],
        [255n, -1n, ADDRESS],
      ] as const
    ).map((args) => call("w", "numbers", args)),
    ...(
      [
        [0n, 0n],
        [255n, 1n],
        [256n, 1n],
        [MaxUint256, 32n],
        [MaxUint256, 31n],
        [1n, 40n],
      ] as const
    ).map(([n, length]) => call("w", "padded", [n, length, "0x00ff10"])),
    ...[
      "0",
      "12345678901234567890",
      "-17",
      "+17",
      "",
      "-",
      "0x",
      "0xDeadBeef",
      "deadbeef",
      ADDRESS,
      ADDRESS.slice(2),
      `${ADDRESS}0`,
      MaxUint256.toString(),
      `${MaxUint256}0`,
      MinInt256.toString(),
      "12a",
      " 1",
    ].map((t) => call("w", "parse", [t])),
    call("w", "parsePart", ["ab123cd", 2n, 5n]),
    call("w", "parsePart", ["ab123cd", 2n, 6n]),
    call("w", "parsePart", ["ab123cd", 5n, 2n]),
    call("w", "parsePart", ["ab123cd", 2n, 60n]),
    call("w", "parseSigned", ["-0"]),
    call("w", "parseSigned", [(-MinInt256).toString()]),
    call("w", "json", ["same"]),
    call("w", "json", ['"quoted" \\ and\nlines\tand \u0001 \u001f / ü']),
  ],
};

const samples = ["0x", "0x00", "0x0000ff", "0x010203", "0x01020304", utf8("Hello World!"), utf8(LONG), `0x${"fb".repeat(33)}`];
const item = ["name", 1024n, ADDRESS, true];
const ITEM = "0xdf846e616d65820400d60194" + ADDRESS.slice(2).toLowerCase();
const coder: Scenario = {
  name: "Base64, Base58, Bytes, Memory, Accumulators and Packing",
  sources,
  steps: [
    deploy("c", "Coder"),
    ...samples.flatMap((data): Step[] => [call("c", "base64", [data]), call("c", "base58", [data])]),
    ...["", "AA==", "_-8", "A", "****", "AAAA AAAA"].map((t) => call("c", "unbase64", [t])),
    ...["", "1", "111", "JxF12TrwUP45BMd", "0", "l", "é"].map((t) => call("c", "unbase58", [t])),
    call("c", "find", [utf8("banana"), "0x61", 2n]),
    call("c", "find", [utf8("banana"), "0x7a", 2n]),
    call("c", "find", ["0x", "0x7a", MaxUint256]),
    call("c", "find", [`0x${"00".repeat(70)}01${"00".repeat(9)}`, "0x01", 70n]),
    ...(
      [
        [0n, 3n],
        [2n, 4n],
        [4n, 2n],
        [3n, 99n],
        [99n, 100n],
      ] as const
    ).map(([from, to]) => call("c", "cut", [utf8("abcdef"), from, to])),
    ...(
      [
        [1n, 0n, 3n],
        [5n, 1n, 9n],
        [9n, 0n, 1n],
        [0n, 9n, 1n],
      ] as const
    ).map(([at, from, length]) => call("c", "patch", [utf8("abcdef"), at, utf8("XYZ"), from, length])),
    call("c", "reversed", [id("word")]),
    call("c", "reversed", [`0x${"00".repeat(7)}0102${"00".repeat(23)}`]),
    call("c", "joined", [[]]),
    call("c", "joined", [["0x", "0x01", utf8(LONG), "0x0203"]]),
    call("c", "window", [utf8(LONG), 5n, 7n]),
    call("c", "window", [utf8(LONG), 0n, 70n]),
    call("c", "window", [utf8(LONG), 60n, 11n]),
    call("c", "window", [utf8(LONG), 3n, 0n]),
    ...([0, 1, 24, 28, 29, 255] as const).map((at) => call("c", "packing", [id("word"), ADDRESS, "0x0102030405060708090a0b0c", at])),
  ],
};

const rlp: Scenario = {
  name: "RLP, CAIP-2, CAIP-10 and interoperable addresses",
  sources,
  steps: [
    deploy("c", "Coder"),
    deploy("n", "Names"),
    call("c", "toRlp", [item]),
    call("c", "toRlp", [["", 0n, ZeroAddress, false]]),
    call("c", "toRlp", [[LONG, MaxUint256, ADDRESS, false]]),
    call("c", "fromRlp", [ITEM]),
    ...[ITEM.slice(0, -2), `${ITEM}00`, "0xc0", "0x", "0x80", "0xf800", "0xc3010203"].map((data) => call("c", "fromRlp", [data])),
    ...[0n, 1n, 127n, 128n, 256n, MaxUint256].map((n) => call("c", "rlpWords", [n, id("word"), utf8(LONG)])),
    call("c", "rlpWords", [5n, `0x${"00".repeat(31)}07`, "0x7f"]),
    call("n", "caip", ["eip155:1", ADDRESS]),
    call("n", "caip", ["", ""]),
    call("n", "caip", ["solana:mainnet", "7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv"]),
    call("n", "interoperable", [1n, ADDRESS]),
    call("n", "interoperable", [MaxUint256, ZeroAddress]),
    call("n", "interoperable", [0n, ADDRESS]),
    ...[
      "0x",
      "0x0001",
      concat(["0x00010000010114", ADDRESS]),
      concat(["0x00010000010114", ADDRESS, "0x00"]),
      concat(["0x000100000014", ADDRESS]),
      "0x000100000101",
      "0x00010002220011223300",
      "0x0002000001010100",
      "0x00010000000000",
    ].map((data) => call("n", "parse", [data])),
  ],
};

export const ozTexts: readonly Scenario[] = [writer, coder, rlp];

/** Scenarios of OpenZeppelin's data structures: fixtures/solidity/oz/Structures.sol. */
import { MaxUint256, encodeBytes32String, id, keccak256, toBeHex, toUtf8Bytes } from "ethers";
import { call, deploy, send, time, type Scenario, type Step } from "../scenario.js";

const sources = ["fixtures/solidity/oz/Structures.sol"];
const word = (n: bigint): string => toBeHex(n, 32);
const LONG = "a text that is longer than thirty-one bytes";

const bags: Scenario = {
  name: "EnumerableSet and EnumerableMap",
  sources,
  steps: [
    deploy("bags", "Bags"),
    ...[5n, 6n, 5n, 1n << 40n, MaxUint256, 0n].map((n) => send("bags", "add", [n])),
    call("bags", "list", [1n, 3n]),
    call("bags", "list", [4n, 99n]),
    call("bags", "list", [9n, 3n]),
    call("bags", "at", [2n]),
    call("bags", "at", [5n]),
    send("bags", "remove", [6n]),
    send("bags", "remove", [6n]),
    call("bags", "list", [0n, 9n]),
    call("bags", "has", [6n]),
    call("bags", "has", [MaxUint256]),
    ...["one", "two", LONG, "two", ""].map((t) => send("bags", "addText", [t])),
    call("bags", "texts_", [0n, 9n]),
    send("bags", "removeText", ["one"]),
    send("bags", "removeText", ["none"]),
    call("bags", "texts_", [0n, 2n]),
    send("bags", "own", [7n, "$alice"]),
    send("bags", "own", [8n, "$bob"]),
    send("bags", "own", [9n, "$alice"]),
    send("bags", "own", [7n, "$bob"]),
    call("bags", "pairs"),
    call("bags", "sumOf", ["$alice"]),
    call("bags", "sumOf", ["$carol"]),
    send("bags", "disown", [7n]),
    send("bags", "disown", [7n]),
    call("bags", "ownerOf", [7n]),
    call("bags", "ownerOf", [9n]),
    call("bags", "pairs"),
    call("bags", "first"),
    send("bags", "write", ["0x01", "0x0203"]),
    send("bags", "write", [toUtf8Bytes(LONG), toUtf8Bytes(`${LONG}, and ${LONG}`)]),
    call("bags", "read", [toUtf8Bytes(LONG)]),
    send("bags", "write", ["0x01", "0x"]),
    call("bags", "read", ["0x01"]),
    call("bags", "first"),
    send("bags", "clear"),
    call("bags", "list", [0n, 9n]),
    call("bags", "texts_", [0n, 9n]),
    call("bags", "ownerOf", [9n]),
    send("bags", "add", [6n]),
    call("bags", "has", [6n]),
  ],
};

const queues: Scenario = {
  name: "DoubleEndedQueue, CircularBuffer, Heap and BitMaps",
  sources,
  steps: [
    deploy("q", "Queues"),
    send("q", "pop", [true]),
    send("q", "tryPop", [false]),
    ...[1n, 2n, 3n, 4n].map((n) => send("q", "push", [word(n), n % 2n === 0n])),
    call("q", "queue"),
    call("q", "queueAt", [0n]),
    call("q", "queueAt", [4n]),
    send("q", "pop", [true]),
    send("q", "tryPop", [false]),
    send("q", "pop", [false]),
    call("q", "queue"),
    send("q", "ringPush", [[word(1n)]]),
    send("q", "setUpRing", [0n]),
    send("q", "setUpRing", [3n]),
    call("q", "ringState", [0n, word(0n)]),
    send("q", "ringPush", [[1n, 2n].map(word)]),
    call("q", "ringState", [1n, word(0n)]),
    call("q", "ringState", [2n, word(0n)]),
    send("q", "ringPush", [[3n, 4n, 5n].map(word)]),
    call("q", "ringState", [0n, word(2n)]),
    call("q", "ringState", [2n, word(4n)]),
    call("q", "extremes"),
    send("q", "insert", [[5n, 3n, MaxUint256, 8n, 1n, 3n, 0n]]),
    call("q", "extremes"),
    send("q", "swap", [4n]),
    send("q", "drain", [4n]),
    call("q", "extremes"),
    send("q", "drain", [4n]),
    send("q", "mark", [
      [0n, 255n, 256n, MaxUint256, 7n],
      [7n, 8n],
    ]),
    ...[0n, 7n, 8n, 255n, 256n, 257n, MaxUint256].map((n) => call("q", "marked", [n])),
  ],
};

const leaf = (n: number): string => id(`leaf ${n}`);
const EMPTY = id("empty");
const pair = (a: string, b: string): string =>
  keccak256(
    `0x${[a, b]
      .sort()
      .map((h) => h.slice(2))
      .join("")}`,
  );
/** The proof of leaf 1 in a tree of depth 3 that has leaves 0 to 3. */
const proof = [leaf(0), pair(leaf(2), leaf(3)), pair(pair(EMPTY, EMPTY), pair(EMPTY, EMPTY))];

const histories: Scenario = {
  name: "Checkpoints, MerkleTree and RateLimiter",
  sources,
  steps: [
    deploy("h", "Histories"),
    call("h", "latest"),
    call("h", "lookup", [5n]),
    ...Array.from({ length: 12 }, (_, i) => send("h", "record", [BigInt(10 * i + (i > 8 ? 0 : i)), BigInt(i * i + 1) << 100n])),
    send("h", "record", [110n, 7n]),
    send("h", "record", [109n, 7n]),
    call("h", "latest"),
    ...[0n, 1n, 11n, 12n, 54n, 55n, 100n, 110n, 111n, (1n << 48n) - 1n].map((k) => call("h", "lookup", [k])),
    send("h", "plant", [3]),
    call("h", "depth"),
    ...[0, 1, 2, 3].map((n) => send("h", "grow", [leaf(n)])),
    send("h", "graft", [1n, leaf(1), leaf(9), proof]),
    send("h", "graft", [1n, leaf(1), leaf(9), proof]),
    send("h", "graft", [4n, leaf(1), leaf(9), proof]),
    send("h", "graft", [1n, leaf(9), leaf(9), proof.slice(1)]),
    call("h", "root"),
    ...[4, 5, 6, 7, 8].map((n) => send("h", "grow", [leaf(n)])),
    send("h", "limit", [100n, 1000n]),
    send("h", "consume", [EMPTY, 600n, false]),
    send("h", "consume", [EMPTY, 600n, true]),
    send("h", "consume", [EMPTY, 600n, false]),
    send("h", "consume", [EMPTY, 600n, true]),
    send("h", "tryConsume", [EMPTY, 300n]),
    call("h", "rates", [EMPTY]),
    time(50n),
    call("h", "rates", [EMPTY]),
    send("h", "tryConsume", [EMPTY, 500n]),
    time(60n),
    call("h", "rates", [EMPTY]),
    send("h", "limit", [10n, 100n]),
    call("h", "rates", [EMPTY]),
    call("h", "rates", [leaf(0)]),
  ],
};

const rows: Scenario = {
  name: "Arrays",
  sources,
  steps: [
    deploy("r", "Rows"),
    ...(["sorted", "sortedDown"] as const).flatMap((fn): Step[] => [
      call("r", fn, [[]]),
      call("r", fn, [[3n]]),
      call("r", fn, [[5n, 2n, MaxUint256, 2n, 0n, 9n, 7n, 7n, 1n]]),
      call("r", fn, [[1n, 2n, 3n, 4n, 5n]]),
      call("r", fn, [[5n, 4n, 3n, 2n, 1n]]),
    ]),
    call("r", "sortedBytes", [["0x1103", "0x0001", "0xff02"].map((h) => word(BigInt(h)))]),
    send("r", "set", [[1n, 3n, 3n, 5n, 8n]]),
    ...[0n, 1n, 3n, 4n, 9n].flatMap((n) => [call("r", "bounds", [n]), call("r", "boundsInMemory", [[1n, 3n, 3n, 5n, 8n], n])]),
    call("r", "cut", [[1n, 2n, 3n, 4n, 5n], 1n, 3n]),
    call("r", "cut", [[1n, 2n, 3n, 4n, 5n], 4n, 9n]),
    call("r", "cut", [[1n, 2n, 3n, 4n, 5n], 9n, 1n]),
    call("r", "patched", [[1n, 2n, 3n, 4n, 5n], 1n, [7n, 8n, 9n], 1n, 2n]),
    call("r", "patched", [[1n, 2n, 3n, 4n, 5n], 4n, [7n, 8n, 9n], 0n, 9n]),
    send("r", "name", [["one", LONG]]),
    call("r", "peek", [0n]),
    call("r", "peek", [1n]),
    call("r", "peek", [2n]),
    send("r", "truncate", [2n]),
    call("r", "bounds", [9n]),
    send("r", "truncate", [4n]),
    call("r", "bounds", [9n]),
  ],
};

const slots: Scenario = {
  name: "SlotDerivation, StorageSlot and TransientSlot",
  sources,
  steps: [
    deploy("s", "Slots"),
    call("s", "known"),
    call("s", "namespaced", ["example.main", 3n]),
    call("s", "namespaced", ["", MaxUint256]),
    send("s", "write", ["example.main", "0x00000000000000000000000000000000000000aa", true, encodeBytes32String("short")]),
    call("s", "read", ["example.main", "0x00000000000000000000000000000000000000aa", true]),
    send("s", "write", ["example.main", "0x00000000000000000000000000000000000000bb", false, toUtf8Bytes(LONG.repeat(3))]),
    call("s", "read", ["example.main", "0x00000000000000000000000000000000000000bb", false]),
    call("s", "read", ["example.main", "0x00000000000000000000000000000000000000aa", true]),
    send("s", "write", ["example.main", "0x00000000000000000000000000000000000000bb", false, "0x12"]),
    call("s", "read", ["example.main", "0x00000000000000000000000000000000000000bb", false]),
    call("s", "known"),
    send("s", "fleeting", [4n]),
    send("s", "fleeting", [0n]),
    send("s", "fleeting", [1n]),
  ],
};

export const ozStructures: readonly Scenario[] = [bags, queues, histories, rows, slots];

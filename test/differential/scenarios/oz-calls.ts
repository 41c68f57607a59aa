/** Scenarios of OpenZeppelin's meta-transactions, calls, nonces and guards: fixtures/solidity/oz/{Calls,RawCode}.sol. */
import { Interface, concat, id } from "ethers";
import { attach, balance, call, deploy, raw, send, time, type Context, type Scenario, type Step } from "../scenario.js";
import { packed, signer, signTyped } from "./oz-signing.js";

const sources = ["fixtures/solidity/oz/Calls.sol"];
const [ann, ben] = [signer(0x61), signer(0x62)];
const GWEI = 10n ** 9n;
const desk = new Interface(["function visit(uint256)", "function multicall(bytes[])"]);
const visit = (note: bigint): string => desk.encodeFunctionData("visit", [note]);
const REQUEST = "address from,address to,uint256 value,uint256 gas,uint256 nonce,uint48 deadline,bytes data";

interface Request {
  readonly data: string;
  readonly nonce: bigint;
  readonly value?: bigint;
  readonly deadline?: bigint;
  readonly to?: string;
  /** Who signs, if that is not ann. */
  readonly by?: typeof ann;
}

async function request(c: Context, { data, nonce, value = 0n, deadline = 1_800_000_000n, to = "desk", by = ann }: Request): Promise<unknown[]> {
  const fields = { from: ann.address, to: c.at(to), value, gas: 100_000n, nonce, deadline, data };
  return [ann.address, fields.to, value, fields.gas, deadline, data, packed(await signTyped(c, "forwarder", by, "ForwardRequest", REQUEST, fields))];
}

const meta: Scenario = {
  name: "ERC2771Forwarder, ERC2771Context and Multicall",
  sources,
  steps: [
    deploy("forwarder", "Forwarder"),
    deploy("desk", "Desk", ["$forwarder"]),
    deploy("other", "Desk", ["$alice"]),
    send("desk", "visit", [3n]),
    send("desk", "visit", [13n]),
    raw("desk", concat([visit(4n), ann.address])),
    send("forwarder", "execute", async (c) => [await request(c, { data: visit(5n), nonce: 0n })]),
    send("forwarder", "execute", async (c) => [await request(c, { data: visit(5n), nonce: 1n, by: ben })]),
    send("forwarder", "execute", async (c) => [await request(c, { data: visit(5n), nonce: 1n, deadline: 5n })]),
    send("forwarder", "execute", async (c) => [await request(c, { data: visit(5n), nonce: 1n, to: "other" })]),
    send("forwarder", "execute", async (c) => [await request(c, { data: visit(5n), nonce: 1n, value: GWEI })]),
    send("forwarder", "execute", async (c) => [await request(c, { data: visit(5n), nonce: 1n, value: GWEI })], { value: GWEI }),
    send("forwarder", "execute", async (c) => [await request(c, { data: visit(13n), nonce: 2n })]),
    call("forwarder", "verify", async (c) => [await request(c, { data: visit(5n), nonce: 2n })]),
    call("forwarder", "verify", async (c) => [await request(c, { data: visit(5n), nonce: 3n })]),
    send(
      "forwarder",
      "executeBatch",
      async (c) => [[await request(c, { data: visit(6n), nonce: 2n }), await request(c, { data: visit(14n), nonce: 3n, value: GWEI })], c.who.bob],
      { value: GWEI },
    ),
    call("forwarder", "nonces", [ann.address]),
    call("desk", "visits", [ann.address]),
    // Batches, forwarded and not.
    send("desk", "multicall", [[visit(1n), visit(2n)]]),
    send("desk", "multicall", [[visit(1n), visit(13n)]]),
    send("desk", "multicall", [[visit(1n), "0x12345678"]]),
    send("desk", "multicall", [[]]),
    send("forwarder", "execute", async (c) => [await request(c, { data: desk.encodeFunctionData("multicall", [[visit(1n), visit(2n)]]), nonce: 4n })]),
    call("desk", "visits", [ann.address]),
    call("desk", "visits", ["$alice"]),
    call("desk", "isTrustedForwarder", ["$forwarder"]),
    time(200_000_000n),
    call("forwarder", "verify", async (c) => [await request(c, { data: visit(5n), nonce: 5n })]),
  ],
};

const around = (fn: string, ...args: unknown[]): [string] => [new Interface(["function enter(uint256)", "function look()", "function entries()"]).encodeFunctionData(fn, args)];

const guards: Scenario = {
  name: "ReentrancyGuard, ReentrancyGuardTransient, Nonces and NoncesKeyed",
  sources,
  steps: [
    ...(["Fort", "Tent"] as const).flatMap((contract): Step[] => {
      const label = contract.toLowerCase();
      return [
        deploy(label, contract),
        send(label, "enter", [0n]),
        send(label, "enter", [1n]),
        send(label, "around", around("enter", 0n)),
        send(label, "around", around("look")),
        send(label, "around", around("entries")),
        send(label, "enter", [0n]),
        call(label, "look"),
      ];
    }),
    send("tent", "twice"),
    call("tent", "entries"),
    deploy("n", "Counters"),
    send("n", "use", ["$alice"]),
    send("n", "use", ["$alice"]),
    send("n", "useChecked", ["$alice", 1n]),
    send("n", "useChecked", ["$alice", 2n]),
    send("n", "useKeyed", ["$alice", 7n]),
    send("n", "useCheckedKeyed", ["$alice", 7n, 0n]),
    send("n", "useCheckedKeyed", ["$alice", 7n, 1n]),
    send("n", "useChecked", ["$alice", (7n << 64n) | 2n]),
    send("n", "useChecked", ["$alice", (7n << 64n) | 2n]),
    call("n", "nonces(address)", ["$alice"]),
    call("n", "nonces(address,uint192)", ["$alice", 7n]),
    call("n", "nonces(address,uint192)", ["$bob", (1n << 192n) - 1n]),
  ],
};

const callee = new Interface(["function set(uint256)", "function get()", "function nothing()", "function missing()"]);
const set = (n: bigint): string => callee.encodeFunctionData("set", [n]);
const [GET, NOTHING, MISSING] = ["get", "nothing", "missing"].map((fn) => callee.encodeFunctionData(fn)) as [string, string, string];

const calling: Scenario = {
  name: "Address and LowLevelCall",
  sources,
  steps: [
    deploy("caller", "Caller"),
    deploy("callee", "Callee"),
    raw("caller", "0x", { value: 100n * GWEI }),
    send("caller", "pay", ["$bob", 3n * GWEI]),
    send("caller", "pay", ["$callee", 3n * GWEI]),
    send("caller", "pay", ["$callee", 13n * GWEI]),
    send("caller", "pay", ["$callee", 14n * GWEI]),
    send("caller", "pay", ["$callee", 1000n * GWEI]),
    balance("callee"),
    ...[7n, 13n, 14n, 15n, 16n].map((n) => send("caller", "call", ["$callee", set(n), 0n])),
    send("caller", "call", ["$callee", set(8n), 2n * GWEI]),
    send("caller", "call", ["$callee", set(8n), 2000n * GWEI]),
    send("caller", "call", ["$callee", NOTHING, 0n]),
    send("caller", "call", ["$callee", NOTHING, GWEI]),
    send("caller", "call", ["$callee", MISSING, 0n]),
    send("caller", "call", ["$bob", NOTHING, 0n]),
    send("caller", "call", ["$bob", NOTHING, GWEI]),
    ...[GET, NOTHING, MISSING, set(9n)].map((data) => call("caller", "look", ["$callee", data])),
    call("caller", "look", ["$bob", GET]),
    send("caller", "borrow", ["$callee", set(21n)]),
    send("caller", "borrow", ["$callee", set(13n)]),
    send("caller", "borrow", ["$bob", set(13n)]),
    call("caller", "value"),
    call("callee", "value"),
    ...[set(5n), set(13n), set(14n), NOTHING, GET].map((data) => send("caller", "verify", ["$callee", data])),
    send("caller", "verify", ["$bob", GET]),
    ...[set(5n), set(13n), set(14n), NOTHING, GET].map((data) => send("caller", "low", ["$callee", data])),
    // The precompiled contract of the identity has no code, but answers.
    send("caller", "call", ["0x0000000000000000000000000000000000000004", "0x1234", 0n]),
  ],
};

const bell = new Interface(["function ring(uint256)", "function rings()"]);
const ring = (n: bigint): string => bell.encodeFunctionData("ring", [n]);
const SALT = id("salt");
const RAW_CODE = "raw EVM bytecode in `create`, `create2`";

const rawCode: Scenario = {
  name: "RelayedCall, SimulateCall, Create3 and ERC1967Clones",
  sources: ["fixtures/solidity/oz/RawCode.sol"],
  except: { supervm: RAW_CODE, solana: RAW_CODE },
  steps: [
    deploy("relays", "Relays"),
    deploy("makers", "Makers"),
    deploy("bell", "Bell"),
    send("relays", "relay", ["$bell", ring(2n)]),
    send("relays", "relay", ["$bell", ring(3n)], { value: GWEI }),
    send("relays", "relay", ["$bell", ring(6n)]),
    send("relays", "relay", ["$bob", "0x"]),
    send("relays", "simulate", ["$bell", ring(2n)]),
    send("relays", "simulate", ["$bell", ring(9n)]),
    call("bell", "rings"),
    attach("made", "Bell", async (c) => (await c.contract("makers").call("bell", [SALT])) as string),
    send("makers", "bell", [SALT]),
    send("makers", "bell", [SALT]),
    send("makers", "bell", [id("other")], { value: GWEI }),
    send("made", "ring", [4n]),
    call("made", "rings"),
    attach("clone", "Bell", async (c) => (await c.contract("makers").call("clone", [c.at("bell")])) as string),
    send("makers", "clone", ["$bell"], { value: 3n * GWEI }),
    send("clone", "ring", [1n], { value: GWEI }),
    send("clone", "ring", [7n]),
    send("clone", "upgrade", ["$made"]),
    send("clone", "ring", [1n]),
    balance("clone"),
  ],
};

export const ozCalls: readonly Scenario[] = [meta, guards, calling, rawCode];

/** Scenarios of OpenZeppelin's smart accounts, paymasters and cross-chain contracts: fixtures/solidity/oz/Accounts.sol. */
import { AbiCoder, Interface, MaxUint256, ZeroAddress, concat, dataLength, hexlify, id, keccak256, toBeHex, toUtf8Bytes, zeroPadBytes } from "ethers";
import { balance, call, deploy, raw, send, type Context, type Scenario } from "../scenario.js";
import { packed, signer, signTyped, domainOf, type Signer } from "./oz-signing.js";

const sources = ["fixtures/solidity/oz/Accounts.sol"];
const [ann, ben, cat] = [signer(0x71), signer(0x72), signer(0x73)];
const GWEI = 10n ** 9n;
const HASH = id("operation");
const coder = AbiCoder.defaultAbiCoder();
const board = new Interface(["function pin(uint256)"]);
const pin = (n: bigint): string => board.encodeFunctionData("pin", [n]);
const two = (high: bigint, low: bigint): string => concat([toBeHex(high, 16), toBeHex(low, 16)]);

/** A user operation (ERC-4337) whose fields are all told apart. */
function operation(sender: string, fields: { nonce?: bigint; initCode?: string; paymasterAndData?: string; signature?: string } = {}): unknown[] {
  return [sender, fields.nonce ?? 0n, fields.initCode ?? "0x", pin(1n), two(11n, 12n), 13n, two(14n, 15n), fields.paymasterAndData ?? "0x", fields.signature ?? "0x"];
}

type Execution = [target: string, value: bigint, data: string];
const batch = (executions: Execution[]): string => coder.encode(["tuple(address,uint256,bytes)[]"], [executions]);
const single = ([target, value, data]: Execution): string => concat([target, toBeHex(value, 32), data]);
const mode = (callType: string, execType = "00"): string => `0x${callType}${execType}${"00".repeat(30)}`;
const accounts = new Interface([
  "function execute(bytes32,bytes)",
  "function installModule(uint256,address,bytes)",
  "function uninstallModule(uint256,address,bytes)",
  "function whoCalls(uint256)",
]);

/** ERC-7739: the account signs a personal message within its own domain. */
async function personal(c: Context, by: Signer, hash: string): Promise<string> {
  const struct = keccak256(concat([id("PersonalSign(bytes prefixed)"), hash]));
  return packed(by.key.sign(keccak256(concat(["0x1901", await separatorOf(c, "account"), struct]))));
}

async function separatorOf(c: Context, label: string): Promise<string> {
  const d = await domainOf(c, label);
  return keccak256(
    coder.encode(
      ["bytes32", "bytes32", "bytes32", "uint256", "address"],
      [id("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"), id(d.name), id(d.version), d.chainId, d.verifyingContract],
    ),
  );
}

/** ERC-7739: the account signs typed data of an application, with its own domain among the data. */
async function nested(c: Context, by: Signer, app: string, contents: string): Promise<unknown[]> {
  const description = "Mail(bytes32 text)";
  const d = await domainOf(c, "account");
  const type = `TypedDataSign(Mail contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)${description}`;
  const domain = coder.encode(["bytes32", "bytes32", "uint256", "address", "bytes32"], [id(d.name), id(d.version), d.chainId, d.verifyingContract, toBeHex(0, 32)]);
  const struct = keccak256(concat([id(type), contents, domain]));
  const signature = packed(by.key.sign(keccak256(concat(["0x1901", app, struct]))));
  const text = hexlify(toUtf8Bytes(description));
  return [keccak256(concat(["0x1901", app, contents])), concat([signature, app, contents, text, toBeHex(dataLength(text), 2)])];
}

const keyAccount: Scenario = {
  name: "Account with SignerECDSA, ERC7739 and ERC7821",
  sources,
  steps: [
    deploy("door", "Door"),
    deploy("board", "Board"),
    deploy("account", "KeyAccount", [ann.address, "$door"]),
    raw("account", "0x", { value: 50n * GWEI }),
    call("account", "signer"),
    send("account", "validateUserOp", (c) => [operation(c.at("account")), HASH, 0n]),
    send("door", "enter", (c) => [c.at("account"), operation(c.at("account"), { signature: packed(ann.key.sign(HASH)) }), HASH, 0n]),
    send("door", "enter", (c) => [c.at("account"), operation(c.at("account"), { signature: packed(ben.key.sign(HASH)) }), HASH, 0n]),
    send("door", "enter", (c) => [c.at("account"), operation(c.at("account"), { signature: packed(ann.key.sign(HASH)) }), HASH, 7n * GWEI]),
    balance("door"),
    send("account", "execute", (c) => [mode("01"), batch([[c.at("board"), 0n, pin(3n)]])]),
    send("door", "pass", (c) => [
      c.at("account"),
      accounts.encodeFunctionData("execute", [
        mode("01"),
        batch([
          [c.at("board"), GWEI, pin(3n)],
          [c.at("board"), 0n, pin(4n)],
          [c.who.bob, GWEI, "0x"],
        ]),
      ]),
    ]),
    send("door", "pass", (c) => [
      c.at("account"),
      accounts.encodeFunctionData("execute", [
        mode("01"),
        batch([
          [c.at("board"), 0n, pin(3n)],
          [c.at("board"), 0n, pin(101n)],
        ]),
      ]),
    ]),
    send("door", "pass", (c) => [c.at("account"), accounts.encodeFunctionData("execute", [mode("00"), batch([])])]),
    send("door", "pass", (c) => [c.at("account"), accounts.encodeFunctionData("execute", [mode("01"), toBeHex(MaxUint256, 32)])]),
    call("account", "supportsExecutionMode", [mode("01")]),
    call("account", "supportsExecutionMode", [mode("01", "01")]),
    call("board", "notes"),
    balance("board"),
    call("account", "isValidSignature", async (c) => [HASH, await personal(c, ann, HASH)]),
    call("account", "isValidSignature", async (c) => [HASH, await personal(c, ben, HASH)]),
    call("account", "isValidSignature", [`0x${"7739".repeat(16)}`, "0x"]),
    call("account", "isValidSignature", (c) => nested(c, ann, id("app"), id("contents"))),
    call("account", "isValidSignature", (c) => nested(c, ben, id("app"), id("contents"))),
    call("account", "isValidSignature", async (c) => [HASH, (await nested(c, ann, id("app"), id("contents")))[1]]),
    call("account", "isValidSignature", [HASH, "0x1234"]),
  ],
};

const keys = [ann, ben, cat].map((k) => k.address);
/** Signatures in the order of the hashes of their keys. */
function together(...by: Signer[]): string {
  const sorted = [...by].sort((a, b) => (keccak256(a.address) < keccak256(b.address) ? -1 : 1));
  return coder.encode(["bytes[]", "bytes[]"], [sorted.map((k) => k.address), sorted.map((k) => packed(k.key.sign(HASH)))]);
}

const council: Scenario = {
  name: "MultiSignerERC7913Weighted",
  sources,
  steps: [
    deploy("bad", "Council", [keys, [1, 2], 3]),
    deploy("bad", "Council", [keys, [1, 1, 1], 4]),
    deploy("bad", "Council", [[keys[0], keys[0]], [1, 1], 1]),
    deploy("council", "Council", [keys, [1, 2, 3], 4]),
    ...["getSignerCount", "threshold", "totalWeight"].map((fn) => call("council", fn)),
    call("council", "getSigners", [0n, 9n]),
    call("council", "signerWeight", [keys[2]]),
    call("council", "valid", [HASH, together(ann, ben)]),
    call("council", "valid", [HASH, together(ann, cat)]),
    call("council", "valid", [HASH, together(ann, ben, cat)]),
    call("council", "valid", [id("other"), together(ann, cat)]),
    call("council", "valid", [HASH, "0x"]),
    call("council", "valid", [HASH, toBeHex(MaxUint256, 64)]),
    send("council", "setWeights", [[keys[0]], [2]]),
    call("council", "valid", [HASH, together(ann, ben)]),
    send("council", "setWeights", [[keys[0]], [0]]),
    send("council", "setThreshold", [8]),
    send("council", "setThreshold", [0]),
    send("council", "remove", [[keys[2]]]),
    send("council", "remove", [[keys[1]]]),
    send("council", "setThreshold", [2]),
    send("council", "remove", [[keys[1]]]),
    send("council", "remove", [[keys[1]]]),
    send("council", "add", [["0x1234"]]),
    send("council", "add", [[keys[1], concat([ben.address, "0x00112233"])]]),
    call("council", "isSigner", [keys[1]]),
    call("council", "valid", [HASH, together(ann)]),
    call("council", "totalWeight"),
  ],
};

const manage = (fn: string, kind: bigint, module: string, data: string): string => accounts.encodeFunctionData(fn, [kind, module, data]);
const modular: Scenario = {
  name: "AccountERC7579 and its modules",
  sources,
  steps: [
    deploy("door", "Door"),
    deploy("board", "Board"),
    deploy("account", "ModularAccount", ["$door"]),
    deploy("module", "Module", [0b1110n]),
    deploy("partial", "Module", [0b10n]),
    raw("account", "0x", { value: 50n * GWEI }),
    call("account", "accountId"),
    send("account", "installModule", [1n, "$module", "0x"]),
    send("door", "pass", (c) => [c.at("account"), manage("installModule", 1n, c.at("module"), "0x1234")]),
    send("door", "pass", (c) => [c.at("account"), manage("installModule", 1n, c.at("module"), "0x1234")]),
    send("door", "pass", (c) => [c.at("account"), manage("installModule", 2n, c.at("partial"), "0x")]),
    send("door", "pass", (c) => [c.at("account"), manage("installModule", 4n, c.at("module"), "0x")]),
    send("door", "pass", (c) => [c.at("account"), manage("installModule", 2n, c.at("module"), "0x01")]),
    send("module", "run", (c) => [c.at("account"), mode("00"), single([c.at("board"), 0n, pin(2n)])]),
    send("door", "pass", (c) => [c.at("account"), manage("installModule", 2n, c.at("module"), "0x")]),
    send("door", "pass", (c) => [c.at("account"), manage("installModule", 3n, c.at("module"), "0x0102")]),
    send("door", "pass", (c) => [c.at("account"), manage("installModule", 3n, c.at("module"), concat([accounts.getFunction("whoCalls")!.selector, "0xabcd"]))]),
    call("account", "isModuleInstalled", (c) => [3n, c.at("module"), accounts.getFunction("whoCalls")!.selector]),
    call("account", "isModuleInstalled", (c) => [4n, c.at("module"), "0x"]),
    // Executions of every kind.
    send("module", "run", (c) => [c.at("account"), mode("00"), single([c.at("board"), GWEI, pin(2n)])]),
    send("module", "run", (c) => [c.at("account"), mode("00"), single([c.at("board"), 0n, pin(200n)])]),
    send("module", "run", (c) => [c.at("account"), mode("00", "01"), single([c.at("board"), 0n, pin(200n)])]),
    send("module", "run", (c) => [
      c.at("account"),
      mode("01", "01"),
      batch([
        [c.at("board"), 0n, pin(5n)],
        [c.at("board"), 0n, pin(300n)],
        [c.who.carol, GWEI, "0x"],
      ]),
    ]),
    send("module", "run", (c) => [
      c.at("account"),
      mode("01"),
      batch([
        [c.at("board"), 0n, pin(5n)],
        [c.at("board"), 0n, pin(300n)],
      ]),
    ]),
    send("module", "run", (c) => [c.at("account"), mode("02"), "0x"]),
    send("module", "run", (c) => [c.at("account"), mode("00", "05"), single([c.at("board"), 0n, pin(2n)])]),
    send("partial", "run", (c) => [c.at("account"), mode("00"), single([c.at("board"), 0n, pin(2n)])]),
    send("module", "run", (c) => [c.at("account"), mode("ff"), concat([c.at("board"), pin(101n)])]),
    send("module", "run", (c) => [c.at("account"), mode("00"), "0x12"]),
    send("account", "execute", (c) => [mode("00"), single([c.at("board"), 0n, pin(2n)])]),
    // Fallbacks, signatures and operations go to modules.
    raw("account", accounts.encodeFunctionData("whoCalls", [7n]), { from: "bob", value: GWEI }),
    raw("account", accounts.encodeFunctionData("whoCalls", [13n]), { from: "bob" }),
    raw("account", "0x12345678"),
    call("account", "isValidSignature", (c) => [HASH, concat([c.at("module"), keccak256(concat([c.who.alice, HASH]))])]),
    call("account", "isValidSignature", (c) => [HASH, concat([c.at("module"), HASH])]),
    call("account", "isValidSignature", (c) => [HASH, concat([c.at("partial"), HASH])]),
    call("account", "isValidSignature", [HASH, "0x"]),
    send("door", "enter", (c) => [c.at("account"), operation(c.at("account"), { nonce: BigInt(c.at("module")) << 96n, signature: HASH }), HASH, 0n]),
    send("door", "enter", (c) => [c.at("account"), operation(c.at("account"), { nonce: BigInt(c.at("partial")) << 96n, signature: HASH }), HASH, 0n]),
    send("door", "pass", (c) => [c.at("account"), manage("uninstallModule", 2n, c.at("module"), "0x77")]),
    send("door", "pass", (c) => [c.at("account"), manage("uninstallModule", 2n, c.at("module"), "0x77")]),
    send("door", "pass", (c) => [c.at("account"), manage("uninstallModule", 3n, c.at("module"), accounts.getFunction("whoCalls")!.selector)]),
    raw("account", accounts.encodeFunctionData("whoCalls", [7n]), { from: "bob" }),
    call("board", "notes"),
    call("board", "last"),
  ],
};

const PAYMASTER = "0x00000000000000000000000000000000000000aa";
/** A paymaster's signature at the end: its size in two bytes, then a magic number. */
const trailer = (signature: string): string => concat([signature, toBeHex(dataLength(signature), 2), id("PaymasterSignature").slice(0, 18)]);
const utilities: Scenario = {
  name: "ERC4337Utils and ERC7579Utils",
  sources,
  steps: [
    deploy("f", "Fields"),
    call("f", "read", [operation(PAYMASTER)]),
    call("f", "read", [operation(PAYMASTER, { initCode: concat([PAYMASTER, "0x010203"]), paymasterAndData: concat([PAYMASTER, two(21n, 22n), "0xaabbcc"]) })]),
    call("f", "read", [operation(PAYMASTER, { initCode: PAYMASTER.slice(0, 40), paymasterAndData: concat([PAYMASTER, two(21n, 22n), "0xaabbcc", trailer("0x112233")]) })]),
    call("f", "read", [operation(PAYMASTER, { paymasterAndData: concat([PAYMASTER, two(21n, 22n), trailer(`0x${"12".repeat(65)}`)]) })]),
    call("f", "validity", [ZeroAddress, 0n, 0n, 0n]),
    call("f", "validity", [ZeroAddress, 5n, 1_800_000_000n, 1n]),
    call("f", "validity", [PAYMASTER, 1_800_000_000n, 1_900_000_000n, BigInt(concat([toBeHex(7n, 6), toBeHex(9n, 6), ZeroAddress]))]),
    call("f", "validity", [ZeroAddress, (1n << 47n) | 5n, (1n << 47n) | 900n, 0n]),
    call("f", "validity", [ZeroAddress, (1n << 47n) | 5n, 900n, 1n]),
    call("f", "mode", ["0x01", "0x00", "0x78563412", zeroPadBytes("0xabcdef", 22)]),
  ],
};

const REQUEST =
  "address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,uint256 paymasterVerificationGasLimit,uint256 paymasterPostOpGasLimit,uint48 validAfter,uint48 validUntil";

async function hosted(c: Context, by: Signer, validAfter: bigint, validUntil: bigint): Promise<unknown[]> {
  const values = { sender: c.at("host"), nonce: 0n, initCode: "0x", callData: pin(1n), accountGasLimits: two(11n, 12n), preVerificationGas: 13n, gasFees: two(14n, 15n) };
  const signature = packed(
    await signTyped(c, "host", by, "UserOperationRequest", REQUEST, { ...values, paymasterVerificationGasLimit: 21n, paymasterPostOpGasLimit: 22n, validAfter, validUntil }),
  );
  const data = concat([c.at("host"), two(21n, 22n), toBeHex(validAfter, 6), toBeHex(validUntil, 6), signature]);
  return [c.at("host"), operation(c.at("host"), { paymasterAndData: data }), HASH, 1000n];
}

const paymasters: Scenario = {
  name: "PaymasterSigner and PaymasterERC20",
  sources,
  steps: [
    deploy("door", "Door"),
    deploy("host", "Host", [ann.address, "$door"]),
    deploy("cash", "Cash", [[]]),
    deploy("changer", "Changer", ["$door", "$cash"]),
    send("door", "sponsor", (c) => hosted(c, ann, 5n, 1_800_000_000n)),
    send("door", "sponsor", (c) => hosted(c, ben, 5n, 1_800_000_000n)),
    send("door", "sponsor", (c) => hosted(c, ann, 5n, 1n << 47n)),
    send("door", "sponsor", (c) => [c.at("host"), operation(c.at("host"), { paymasterAndData: concat([c.at("host"), two(1n, 2n)]) }), HASH, 5n]),
    send("host", "validatePaymasterUserOp", (c) => [operation(c.at("host")), HASH, 0n]),
    ...["0x00", "0x01"].flatMap((answer) => [
      send("door", "sponsor", (c) => [c.at("changer"), operation(c.who.alice, { paymasterAndData: concat([c.at("changer"), two(21n, 50_000n), answer]) }), HASH, 1000n]),
    ]),
    send("cash", "approve", ["$changer", MaxUint256]),
    send("door", "sponsor", (c) => [c.at("changer"), operation(c.who.alice, { paymasterAndData: concat([c.at("changer"), two(21n, 50_000n), "0x00"]) }), HASH, 1001n]),
    call("cash", "balanceOf", ["$changer"]),
    call("cash", "balanceOf", ["$alice"]),
  ],
};

/** An interoperable address (ERC-7930) of chain 1 of EIP-155. */
const remote = (address: string): string => concat(["0x00010000010114", address]);
const CHAIN = "0x0001000001010000".slice(0, 16);
const FAR = "0x00000000000000000000000000000000000000fa";

const crossing = (to: string, amount: bigint): string => coder.encode(["bytes", "bytes", "uint256"], [remote(FAR), to, amount]);
const bridges: Scenario = {
  name: "BridgeERC20, ERC20Crosschain and CrosschainRemoteExecutor",
  sources,
  steps: [
    deploy("gateway", "Gateway"),
    deploy("cash", "Cash", (c) => [[[c.at("gateway"), remote(FAR)]]]),
    deploy("bad", "Cash", (c) => [
      [
        [c.at("gateway"), remote(FAR)],
        [c.at("gateway"), remote(FAR)],
      ],
    ]),
    deploy("bad", "Cash", (c) => [[[c.who.alice, remote(FAR)]]]),
    deploy("bad", "Cash", (c) => [[[c.at("gateway"), "0x1234"]]]),
    deploy("ferry", "Ferry", (c) => [c.at("cash"), [[c.at("gateway"), remote(FAR)]]]),
    call("cash", "getLink", [CHAIN]),
    call("cash", "getLink", ["0x"]),
    send("cash", "crosschainTransfer", [remote(PAYMASTER), 500n]),
    send("cash", "crosschainTransfer", [CHAIN, 500n]),
    send("cash", "crosschainTransfer", [concat(["0x00010000010214", FAR]), 500n]),
    send("cash", "crosschainTransferFrom", ["$alice", remote(PAYMASTER), 500n], { from: "bob" }),
    send("gateway", "deliver", (c) => [c.at("cash"), remote(FAR), crossing(c.who.bob, 77n)]),
    send("gateway", "deliver", (c) => [c.at("cash"), remote(PAYMASTER), crossing(c.who.bob, 77n)]),
    send("cash", "receiveMessage", (c) => [HASH, remote(FAR), crossing(c.who.bob, 77n)]),
    call("cash", "balanceOf", ["$bob"]),
    send("ferry", "crosschainTransfer", [remote(PAYMASTER), 300n]),
    send("cash", "approve", ["$ferry", 300n]),
    send("ferry", "crosschainTransfer", [remote(PAYMASTER), 300n]),
    send("gateway", "deliver", (c) => [c.at("ferry"), remote(FAR), crossing(c.who.carol, 120n)]),
    send("gateway", "deliver", (c) => [c.at("ferry"), remote(FAR), crossing(c.who.carol, 220n)]),
    call("cash", "balanceOf", ["$ferry"]),
    call("cash", "totalSupply"),
    deploy("board", "Board"),
    deploy("envoy", "Envoy", (c) => [c.at("gateway"), remote(FAR)]),
    send("gateway", "deliver", (c) => [c.at("envoy"), remote(FAR), concat([mode("00"), single([c.at("board"), GWEI, pin(3n)])])], { value: GWEI }),
    send("gateway", "deliver", (c) => [
      c.at("envoy"),
      remote(FAR),
      concat([
        mode("01"),
        batch([
          [c.at("board"), 0n, pin(3n)],
          [c.at("board"), 0n, pin(4n)],
        ]),
      ]),
    ]),
    send("gateway", "deliver", (c) => [
      c.at("envoy"),
      remote(FAR),
      concat([
        mode("01", "01"),
        batch([
          [c.at("board"), 0n, pin(3n)],
          [c.at("board"), 0n, pin(400n)],
        ]),
      ]),
    ]),
    send("gateway", "deliver", (c) => [
      c.at("envoy"),
      remote(FAR),
      concat([mode("00"), single([c.at("envoy"), 0n, c.contract("envoy").encode("reconfigure", [c.at("gateway"), remote(PAYMASTER)])])]),
    ]),
    send("gateway", "deliver", (c) => [c.at("envoy"), remote(FAR), concat([mode("00"), single([c.at("board"), 0n, pin(3n)])])]),
    send("gateway", "deliver", (c) => [c.at("envoy"), remote(PAYMASTER), concat([mode("77"), "0x"])]),
    send("envoy", "reconfigure", ["$gateway", "0x"]),
    call("envoy", "controller"),
    call("board", "notes"),
  ],
};

export const ozAccounts: readonly Scenario[] = [keyAccount, council, modular, utilities, paymasters, bridges];

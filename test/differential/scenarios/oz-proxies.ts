/** Scenarios of OpenZeppelin's proxies, clones and CREATE2: fixtures/solidity/oz/Proxies.sol. */
import { Interface, ZeroAddress, id } from "ethers";
import { attach, balance, call, deploy, raw, send, type Context, type Scenario, type Step } from "../scenario.js";

const sources = ["fixtures/solidity/oz/Proxies.sol"];
const counter = new Interface(["function initialize(address,uint256)", "function reinitialize(uint256)"]);
const initialize = (owner: string, start: bigint): string => counter.encodeFunctionData("initialize", [owner, start]);
const GWEI = 10n ** 9n;

/** The same address under another ABI. */
const as = (label: string, contract: string, of: string): Step => attach(label, contract, async (c) => c.at(of));
/** An address within a storage word. */
const addressIn = async (c: Context, label: string, slot: string): Promise<string> => `0x${(await c.chain.storageAt(c.at(label), BigInt(slot))).slice(26)}`;
const ADMIN_SLOT = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";

const plain: Scenario = {
  name: "ERC1967Proxy and Initializable",
  sources,
  steps: [
    deploy("one", "Counter"),
    deploy("two", "Counter2"),
    deploy("mirror", "Mirror"),
    send("one", "initialize", ["$alice", 1n]),
    call("one", "initializedVersion"),
    deploy("bad", "ERC1967Proxy", ["$alice", "0x"]),
    deploy("bad", "ERC1967Proxy", ["$one", "0x"]),
    deploy("bad", "ERC1967Proxy", ["$one", "0x12345678"]),
    deploy("bad", "ERC1967Proxy", (c) => [c.at("one"), initialize(c.who.bob, 10n).slice(0, 40)]),
    deploy("proxy", "ERC1967Proxy", (c) => [c.at("one"), initialize(c.who.bob, 10n)], { value: 3n * GWEI }),
    as("counter", "Counter2", "proxy"),
    ...["count", "owner", "version", "initializedVersion"].map((fn) => call("counter", fn)),
    send("counter", "initialize", ["$alice", 1n]),
    send("counter", "setUpAgain"),
    send("counter", "add", [4n], { value: 5n * GWEI }),
    send("counter", "add", [5n]),
    send("counter", "reinitialize", [5n]),
    raw("proxy", "0x"),
    raw("proxy", "0x1234"),
    balance("proxy"),
    balance("one"),
    deploy("looking", "ERC1967Proxy", (c) => [c.at("mirror"), initialize(c.who.bob, 10n)]),
    as("glass", "Mirror", "looking"),
    call("glass", "look"),
    call("mirror", "look"),
  ],
};

const transparent: Scenario = {
  name: "TransparentUpgradeableProxy and ProxyAdmin",
  sources,
  steps: [
    deploy("one", "Counter"),
    deploy("two", "Counter2"),
    deploy("proxy", "TransparentUpgradeableProxy", (c) => [c.at("one"), c.who.carol, initialize(c.who.bob, 10n)]),
    attach("admin", "ProxyAdmin", (c) => addressIn(c, "proxy", ADMIN_SLOT)),
    as("counter", "Counter2", "proxy"),
    call("admin", "owner"),
    call("admin", "UPGRADE_INTERFACE_VERSION"),
    send("counter", "add", [4n]),
    send("counter", "add", [3n]),
    send("admin", "upgradeAndCall", (c) => [c.at("proxy"), c.at("two"), counter.encodeFunctionData("reinitialize", [40n])]),
    send("admin", "upgradeAndCall", (c) => [c.at("proxy"), c.who.alice, "0x"], { from: "carol" }),
    send("admin", "upgradeAndCall", (c) => [c.at("proxy"), c.at("two"), "0x"], { from: "carol", value: GWEI }),
    send("admin", "upgradeAndCall", (c) => [c.at("proxy"), c.at("two"), counter.encodeFunctionData("reinitialize", [40n])], { from: "carol" }),
    send("admin", "upgradeAndCall", (c) => [c.at("proxy"), c.at("two"), counter.encodeFunctionData("reinitialize", [40n])], { from: "carol" }),
    call("counter", "version"),
    call("counter", "initializedVersion"),
    send("counter", "add", [4n]),
    send("counter", "add", [40n]),
    raw("proxy", "0x", { value: 7n * GWEI }),
    call("counter", "count"),
    // What the admin calls on the proxy itself is refused.
    send("admin", "transferOwnership", ["$dave"], { from: "carol" }),
    raw("proxy", new Interface(["function upgradeToAndCall(address,bytes)"]).encodeFunctionData("upgradeToAndCall", [ZeroAddress, "0x"]), { from: "carol" }),
    send("admin", "renounceOwnership", [], { from: "dave" }),
    send("admin", "upgradeAndCall", (c) => [c.at("proxy"), c.at("one"), "0x"], { from: "dave" }),
  ],
};

const uups: Scenario = {
  name: "UUPSUpgradeable",
  sources,
  steps: [
    deploy("one", "OwnCounter"),
    deploy("two", "OwnCounter2"),
    deploy("foreign", "Counter"),
    deploy("impostor", "Impostor"),
    deploy("proxy", "ERC1967Proxy", (c) => [c.at("one"), initialize(c.who.bob, 10n)]),
    as("counter", "OwnCounter", "proxy"),
    call("one", "proxiableUUID"),
    call("counter", "proxiableUUID"),
    call("counter", "UPGRADE_INTERFACE_VERSION"),
    send("one", "upgradeToAndCall", ["$two", "0x"]),
    send("counter", "upgradeToAndCall", ["$two", "0x"]),
    send("counter", "upgradeToAndCall", ["$foreign", "0x"], { from: "bob" }),
    send("counter", "upgradeToAndCall", ["$impostor", "0x"], { from: "bob" }),
    send("counter", "upgradeToAndCall", ["$alice", "0x"], { from: "bob" }),
    send("counter", "upgradeToAndCall", ["$two", "0xdeadbeef"], { from: "bob" }),
    call("counter", "version"),
    send("counter", "upgradeToAndCall", (c) => [c.at("two"), c.contract("counter").encode("add", [2n])], { from: "bob", value: GWEI }),
    call("counter", "version"),
    call("counter", "count"),
    balance("proxy"),
  ],
};

const beacon: Scenario = {
  name: "BeaconProxy and UpgradeableBeacon",
  sources,
  steps: [
    deploy("one", "Counter"),
    deploy("two", "Counter2"),
    deploy("impostor", "Impostor"),
    deploy("bad", "UpgradeableBeacon", ["$alice", "$alice"]),
    deploy("beacon", "UpgradeableBeacon", ["$one", "$carol"]),
    deploy("bad", "BeaconProxy", ["$alice", "0x"]),
    deploy("bad", "BeaconProxy", ["$impostor", "0x"]),
    deploy("bad", "BeaconProxy", ["$beacon", "0x"], { value: GWEI }),
    deploy("left", "BeaconProxy", (c) => [c.at("beacon"), initialize(c.who.bob, 10n)]),
    deploy("right", "BeaconProxy", (c) => [c.at("beacon"), initialize(c.who.alice, 20n)]),
    as("a", "Counter2", "left"),
    as("b", "Counter2", "right"),
    send("a", "add", [2n]),
    send("b", "add", [4n]),
    send("b", "add", [5n]),
    send("beacon", "upgradeTo", ["$two"]),
    send("beacon", "upgradeTo", ["$bob"], { from: "carol" }),
    send("beacon", "upgradeTo", ["$two"], { from: "carol" }),
    call("beacon", "implementation"),
    send("a", "reinitialize", [100n]),
    send("a", "add", [6n]),
    send("b", "add", [6n]),
    ...["a", "b"].flatMap((x) => [call(x, "version"), call(x, "count"), call(x, "limit")]),
  ],
};

/** Gives a label to what a factory is about to make. */
const making = (label: string, contract: string, factory: string, fn: string, args: readonly unknown[]): Step =>
  attach(
    label,
    contract,
    async (c) =>
      (await c.contract(factory).call(
        fn,
        args.map((a) => (typeof a === "string" && a.startsWith("$") ? c.at(a.slice(1)) : a)),
      )) as string,
  );

const [SALT, OTHER] = [id("salt"), id("other")];
const clones: Scenario = {
  name: "Clones: EIP-1167 proxies",
  sources,
  steps: [
    deploy("one", "Counter"),
    deploy("factory", "CloneFactory"),
    making("first", "Counter", "factory", "plain", ["$one"]),
    send("factory", "plain", ["$one"], { value: 2n * GWEI }),
    making("second", "Counter", "factory", "salted", ["$one", SALT]),
    send("factory", "salted", ["$one", SALT], { value: GWEI }),
    send("factory", "salted", ["$one", SALT]),
    attach("empty", "Counter", async (c) => (await c.contract("factory").call("plain", [c.who.bob])) as string),
    send("factory", "plain", ["$bob"]),
    send("first", "initialize", ["$bob", 5n], { value: GWEI }),
    send("second", "initialize", ["$carol", 6n]),
    send("first", "initialize", ["$bob", 5n]),
    send("first", "add", [2n], { from: "dave" }),
    send("second", "add", [3n], { from: "dave" }),
    ...["first", "second"].flatMap((x) => [call(x, "count"), call(x, "owner"), balance(x)]),
    call("one", "count"),
    call("factory", "tagOf", ["$first"]),
    call("factory", "tagOf", ["$alice"]),
  ],
};

const LONG = `0x${"ab".repeat(100)}`;
const tagged: Scenario = {
  name: "Clones with immutable arguments",
  sources,
  steps: [
    deploy("impl", "Tagged"),
    deploy("factory", "CloneFactory"),
    making("first", "Tagged", "factory", "tagged", ["$impl", "0x010203"]),
    send("factory", "tagged", ["$impl", "0x010203"]),
    making("second", "Tagged", "factory", "taggedAndSalted", ["$impl", LONG, SALT]),
    send("factory", "taggedAndSalted", ["$impl", LONG, SALT], { value: GWEI }),
    making("third", "Tagged", "factory", "taggedAndSalted", ["$impl", "0x", OTHER]),
    send("factory", "taggedAndSalted", ["$impl", "0x", OTHER]),
    send("factory", "taggedAndSalted", ["$impl", LONG, SALT]),
    ...["first", "second", "third"].flatMap((x) => [send(x, "touch"), call(x, "touched"), call("factory", "tagOf", [`$${x}`])]),
    balance("second"),
    call("impl", "touched"),
  ],
};

const create2: Scenario = {
  name: "Create2",
  sources,
  steps: [
    deploy("deployer", "Deployer"),
    send("deployer", "deploy", [SALT, 1n, 7n]),
    raw("deployer", "0x", { value: 10n * GWEI }),
    making("made", "Deployed2", "deployer", "deploy", [SALT, 3n * GWEI, 7n]),
    send("deployer", "deploy", [SALT, 3n * GWEI, 7n]),
    send("deployer", "deploy", [SALT, 3n * GWEI, 7n]),
    send("deployer", "deploy", [SALT, 0n, 13n]),
    send("deployer", "deploy", [SALT, 0n, 14n]),
    send("deployer", "deployNothing"),
    call("made", "number"),
    balance("made"),
    balance("deployer"),
  ],
};

export const ozProxies: readonly Scenario[] = [plain, transparent, uups, beacon, clones, tagged, create2];

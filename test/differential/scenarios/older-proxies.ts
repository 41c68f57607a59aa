/** Proxies, beacons, clones, timelocks and presets of OpenZeppelin 3 and 4: fixtures/solidity/older/Proxies*.sol. */
import { Interface, ZeroHash, id } from "ethers";
import { attach, call, define, deploy, raw, send, time, type Context, type Scenario, type Step } from "../scenario.js";

const counter = new Interface(["function initialize(address,uint256)", "function add(uint256)", "function fail(bool)"]);
const initialize = (owner: string, start: bigint): string => counter.encodeFunctionData("initialize", [owner, start]);
const add = (n: bigint): string => counter.encodeFunctionData("add", [n]);
const GWEI = 10n ** 9n;

/** The same address under another ABI. */
const as = (label: string, contract: string, of: string): Step => attach(label, contract, async (c) => c.at(of));
const admin = new Interface([
  "function admin()",
  "function implementation()",
  "function upgradeTo(address)",
  "function upgradeToAndCall(address,bytes)",
  "function changeAdmin(address)",
]);
/** A message to a transparent proxy's own functions. */
const asks = (from: "alice" | "carol", fn: string): Step => raw("proxy", admin.encodeFunctionData(fn, []), { from });

interface Edition {
  readonly version: 3 | 4;
  readonly sources: readonly string[];
  readonly line?: "0.7";
  /** The plain proxy for EIP-1967. */
  readonly proxy: string;
}

const editions: readonly Edition[] = [
  { version: 3, sources: ["fixtures/solidity/older/Proxies3.sol"], line: "0.7", proxy: "UpgradeableProxy" },
  { version: 4, sources: ["fixtures/solidity/older/Proxies4.sol"], proxy: "ERC1967Proxy" },
];

const proxies = ({ version, sources, line, proxy }: Edition): Scenario => ({
  name: `OpenZeppelin ${version} proxies`,
  sources,
  ...(line && { line }),
  steps: [
    deploy("one", "Counter"),
    deploy("two", "Counter2"),
    deploy("started", "Started", [], { value: GWEI }),
    ...["count", "owner"].map((fn) => call("started", fn)),
    send("started", "initialize", ["$bob", 1n]),
    send("one", "initializeTwice", ["$bob"]),
    deploy("bad", proxy, ["$alice", "0x"]),
    deploy("bad", proxy, (c) => [c.at("one"), add(1000n)]),
    deploy("plain", proxy, (c) => [c.at("one"), initialize(c.who.bob, 10n)], { value: 3n * GWEI }),
    as("counted", "Counter2", "plain"),
    ...["count", "owner", "version"].map((fn) => call("counted", fn)),
    ...[send("counted", "add", [4n], { value: GWEI }), send("counted", "add", [400n]), raw("plain", "0x", { value: GWEI }), raw("plain", "0x12345678"), call("counted", "count")],
    deploy("proxy", "TransparentUpgradeableProxy", (c) => [c.at("one"), c.who.carol, initialize(c.who.bob, 10n)]),
    as("seen", "Counter2", "proxy"),
    ...(["alice", "carol"] as const).flatMap((from) => [asks(from, "admin"), asks(from, "implementation"), send("seen", "add", [1n], { from })]),
    raw("proxy", "0x", { from: "carol", value: version === 3 ? 0n : GWEI }),
    deploy("admin", "ProxyAdmin"),
    send("admin", "upgrade", ["$proxy", "$two"]),
    raw("proxy", "0x8f283970", { from: "carol" }),
    ...[send("seen", "version"), call("seen", "version", [], { from: "carol" })],
    ...[
      ["upgradeTo", (c: Context) => [c.at("two")]],
      ["upgradeToAndCall", (c: Context) => [c.at("two"), add(5n)]],
      ["upgradeToAndCall", (c: Context) => [c.at("two"), counter.encodeFunctionData("fail", [false])]],
      ["upgradeToAndCall", (c: Context) => [c.at("two"), counter.encodeFunctionData("fail", [true])]],
      ["changeAdmin", (c: Context) => [c.at("admin")]],
    ].flatMap(([fn, args]) => [send("own", fn as string, args as (c: Context) => unknown[], { from: "carol" }), call("seen", "version", [], { from: "bob" })]),
    ...[call("admin", "getProxyAdmin", ["$proxy"]), call("admin", "getProxyImplementation", ["$proxy"]), send("admin", "upgrade", ["$proxy", "$one"], { from: "bob" })],
    ...[send("admin", "upgrade", ["$proxy", "$one"]), send("admin", "upgradeAndCall", (c) => [c.at("proxy"), c.at("two"), add(7n)], { value: GWEI }), call("seen", "version")],
    ...[send("admin", "changeProxyAdmin", ["$proxy", "$bob"]), call("admin", "getProxyAdmin", ["$proxy"])],
    ...[deploy("beacon", "UpgradeableBeacon", ["$alice"]), deploy("beacon", "UpgradeableBeacon", ["$one"])],
    deploy("lit", "BeaconProxy", (c) => [c.at("beacon"), initialize(c.who.dave, 20n)]),
    deploy("dark", "BeaconProxy", (c) => [c.at("one"), "0x"]),
    as("light", "Counter2", "lit"),
    ...[
      call("light", "version"),
      send("beacon", "upgradeTo", ["$two"], { from: "bob" }),
      send("beacon", "upgradeTo", ["$two"]),
      call("light", "version"),
      send("light", "add", [3n]),
    ],
  ],
});

/** The proxy's functions for its admin, under an ABI that has them. */
function withAdminInterface(scenario: Scenario, { version }: Edition): Scenario {
  const steps = scenario.steps.flatMap((step) => {
    const isProxy = step.kind === "deploy" && step.label === "proxy";
    return isProxy ? [step, as("own", version === 3 ? "TransparentUpgradeableProxy" : "ITransparentUpgradeableProxy", "proxy")] : [step];
  });
  return { ...scenario, steps };
}

const upgradeable: Scenario = {
  name: "OpenZeppelin 4 upgrades from within",
  sources: editions[1]!.sources,
  steps: [
    deploy("first", "OwnCounter"),
    deploy("second", "OwnCounter"),
    deploy("plain", "Counter"),
    deploy("proxy", "ERC1967Proxy", (c) => [c.at("first"), initialize(c.who.bob, 3n)]),
    as("own", "OwnCounter", "proxy"),
    ...["proxiableUUID", "version", "owner"].flatMap((fn) => [call("first", fn), call("own", fn)]),
    send("first", "upgradeTo", ["$second"], { from: "bob" }),
    send("own", "upgradeTo", ["$second"]),
    ...["second", "plain", "alice"].map((to) => send("own", "upgradeTo", [`$${to}`], { from: "bob" })),
    send("own", "upgradeToAndCall", (c) => [c.at("first"), add(9n)], { from: "bob" }),
    call("own", "count"),
  ],
};

const clones = ({ version, sources, line }: Edition): Scenario => ({
  name: `OpenZeppelin ${version} clones`,
  sources,
  ...(line && { line }),
  // docs/targets.md, "raw EVM bytecode": the Solana program executes none.
  targets: ["evm", "supervm"],
  steps: [
    deploy("one", "Counter"),
    deploy("factory", "Factory"),
    ...[ZeroHash, id("a"), id("a")].map((salt) => send("factory", "remember", ["$one", salt])),
    attach("clone", "Counter", async (c) => String(await c.contract("factory").call("last"))),
    ...[send("clone", "initialize", ["$bob", 4n]), send("clone", "initialize", ["$bob", 4n]), send("clone", "add", [5n], { value: GWEI }), send("clone", "add", [500n])],
    ...["count", "owner", "version"].flatMap((fn) => [call("clone", fn), call("one", fn)]),
  ],
});

const operation = (target: string, value: bigint, data: string, salt: string, predecessor = ZeroHash): ((c: Context) => unknown[]) => {
  return (c) => [c.at(target), value, data, predecessor, salt];
};

const timelock = ({ version, sources, line }: Edition): Scenario => {
  const first = operation("one", GWEI, add(5n), id("first"));
  const failing = operation("one", 0n, add(500n), id("failing"));
  const batch = (c: Context): unknown[] => [[c.at("one"), c.at("one")], [0n, 0n], [add(1n), add(2n)], ZeroHash, id("batch")];
  const later = (delay: bigint, args: (c: Context) => unknown[]) => (c: Context) => [...args(c), delay];
  return {
    name: `OpenZeppelin ${version} timelock and preset`,
    sources,
    ...(line && { line }),
    steps: [
      deploy("one", "Counter"),
      deploy("lock", "TimelockController", version === 3 ? [100n, ["$alice"], ["$bob"]] : [100n, ["$alice"], ["$bob"], "$dave"]),
      ...[first, failing].map((args, i) => define(`operation ${i}`, async (c) => String(await c.contract("lock").call("hashOperation", args(c))))),
      define("batch", async (c) => String(await c.contract("lock").call("hashOperationBatch", batch(c)))),
      call("lock", "hashOperation", first),
      send("lock", "schedule", later(99n, first)),
      send("lock", "schedule", later(100n, first), { from: "bob" }),
      ...[first, failing].map((args) => send("lock", "schedule", later(100n, args))),
      send("lock", "schedule", later(100n, first)),
      send("lock", "execute", first, { from: "bob", value: GWEI }),
      time(101n),
      send("lock", "execute", first, { from: "alice", value: GWEI }),
      send("lock", "execute", first, { from: "bob" }),
      send("lock", "execute", first, { from: "bob", value: GWEI }),
      send("lock", "execute", first, { from: "bob", value: GWEI }),
      send("lock", "execute", failing, { from: "bob" }),
      call("one", "count"),
      send("lock", "updateDelay", [5n]),
      send("lock", "scheduleBatch", later(100n, batch)),
      time(200n),
      send("lock", "executeBatch", (c) => [[c.at("one")], [0n, 0n], [add(1n), add(2n)], ZeroHash, id("batch")], { from: "bob" }),
      send("lock", "executeBatch", batch, { from: "bob" }),
      send("lock", "cancel", [id("nothing")]),
      call("lock", "getMinDelay"),
      deploy("coin", "ERC20PresetMinterPauser", ["Coin", "C"]),
      ...[
        send("coin", "mint", ["$bob", 100n]),
        send("coin", "mint", ["$bob", 100n], { from: "bob" }),
        send("coin", "pause"),
        send("coin", "transfer", ["$alice", 1n], { from: "bob" }),
      ],
      ...[
        send("coin", "pause", [], { from: "bob" }),
        send("coin", "unpause"),
        send("coin", "transfer", ["$alice", 1n], { from: "bob" }),
        send("coin", "burn", [7n], { from: "bob" }),
      ],
      ...["name", "symbol", "decimals", "totalSupply", "paused"].map((fn) => call("coin", fn)),
      call("coin", "getRoleMember", [id("MINTER_ROLE"), 0n]),
      send("coin", "grantRole", [id("MINTER_ROLE"), "$bob"], { from: "bob" }),
      send("coin", "burnFrom", ["$bob", 1n]),
    ],
  };
};

export const olderProxies: readonly Scenario[] = [
  ...editions.flatMap((edition) => [withAdminInterface(proxies(edition), edition), timelock(edition), clones(edition)]),
  upgradeable,
];

/** Parts of the protocol that need no contract: parameters, access rules, limits, filters. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DevChain } from "../../../../runtime/node/chain/dev-chain.js";
import { Dispatcher } from "../../../../runtime/node/rpc/dispatcher.js";
import { Filters } from "../../../../runtime/node/rpc/filters.js";
import { nestsDeeper, quoteLongNumbers } from "../../../../runtime/node/rpc/json.js";
import { RPC_LIMITS } from "../../../../runtime/node/rpc/limits.js";
import { readBlock, readQuantity } from "../../../../runtime/node/rpc/params.js";
import { methodTable } from "../../../../runtime/node/rpc/table.js";
import { isHostAllowed, isLoopback, isOriginAllowed } from "../../../../runtime/node/server/access.js";

interface Answer {
  readonly result: string;
  readonly error?: { readonly code: number };
}

const quiet = { answered: () => undefined, failed: () => undefined };

function dispatcher(methods: ConstructorParameters<typeof Dispatcher>[0], limits = {}): (body: unknown) => Promise<Answer> {
  const d = new Dispatcher(methods, { ...RPC_LIMITS, ...limits }, quiet);
  return async (body) => JSON.parse(await d.handle(JSON.stringify(body))) as Answer;
}

describe("dispatcher", () => {
  it("keeps responses within their limit, those of a batch together", async () => {
    const ask = dispatcher({ big: () => "x".repeat(400) }, { responseBytes: 1000 });
    const one = { jsonrpc: "2.0", id: 1, method: "big" };
    assert.equal((await ask(one)).result.length, 400);
    const answers = (await ask([one, one, one])) as unknown as readonly Answer[];
    assert.deepEqual(
      answers.map((a) => a.error?.code),
      [undefined, undefined, -32003],
    );
  });

  it("hides what went wrong inside", async () => {
    const seen: unknown[] = [];
    const d = new Dispatcher({ broken: () => Reflect.get(undefined as never, "x") }, RPC_LIMITS, { ...quiet, failed: (_m, e) => seen.push(e) });
    assert.deepEqual(JSON.parse(await d.handle('{"jsonrpc":"2.0","id":"q","method":"broken"}')), { jsonrpc: "2.0", id: "q", error: { code: -32603, message: "internal error" } });
    assert.equal(seen.length, 1);
  });

  it("stops a batch that takes too long", async () => {
    const ask = dispatcher({ ok: () => 1 }, { batchMilliseconds: -1 });
    const [answer] = (await ask([{ jsonrpc: "2.0", id: 1, method: "ok" }])) as unknown as readonly Answer[];
    assert.equal(answer?.error?.code, -32005);
  });

  it("carries notifications out and answers none", async () => {
    let calls = 0;
    const d = new Dispatcher({ count: () => ++calls, refuse: () => Reflect.get(undefined as never, "x") }, RPC_LIMITS, quiet);
    const [count, refuse] = ['{"jsonrpc":"2.0","method":"count"}', '{"jsonrpc":"2.0","method":"refuse"}'];
    for (const text of [count, refuse, '{"jsonrpc":"2.0","method":"none"}', `[${count}]`, `[${refuse},${count}]`]) assert.equal(await d.handle(text), "", text);
    assert.equal(calls, 3);
    assert.deepEqual(JSON.parse(await d.handle(`[${count},{"jsonrpc":"2.0","id":7,"method":"count"}]`)), [{ jsonrpc: "2.0", id: 7, result: 5 }]);
    const late = new Dispatcher({ count: () => ++calls }, { ...RPC_LIMITS, batchMilliseconds: -1 }, quiet);
    assert.equal(await late.handle(`[${count}]`), "");
    assert.equal(calls, 5);
  });
});

describe("trust", () => {
  const names = (trusted: boolean): string[] => {
    const chain = new DevChain({ accounts: 1 });
    return Object.keys(methodTable(chain, new Filters(chain, RPC_LIMITS), { clientVersion: "t", limits: RPC_LIMITS, trusted }));
  };

  it("keeps keys and hand-made changes to this machine", () => {
    assert.ok(names(true).includes("eth_sendTransaction"));
    assert.deepEqual(
      names(false).filter((n) => /^(evm|anvil|hardhat|personal)_|^eth_(sendTransaction|sign)/.test(n)),
      [],
    );
  });
});

describe("reading values", () => {
  it("takes quantities in 0x-hex up to 256 bits", () => {
    assert.equal(readQuantity("0x10", "q"), 16n);
    assert.equal(readQuantity(`0x${"f".repeat(64)}`, "q"), 2n ** 256n - 1n);
    for (const bad of ["0x", "10", "0x1" + "0".repeat(64), -1, 1.5, null, {}, "0xg"]) assert.throws(() => readQuantity(bad, "q"), /q: /);
  });

  it("takes blocks by tag, number, hash and EIP-1898's objects", () => {
    assert.equal(readBlock("latest", "b"), "latest");
    assert.deepEqual(readBlock("0x1f", "b"), { number: 31 });
    assert.deepEqual(readBlock({ blockNumber: "0x1" }, "b"), { number: 1 });
    assert.deepEqual(readBlock({ blockHash: `0x${"AB".repeat(32)}` }, "b"), { hash: `0x${"ab".repeat(32)}` });
    for (const bad of ["newest", {}, [], true, "0xffffffffffffffffff"]) assert.throws(() => readBlock(bad, "b"));
  });

  it("keeps the digits of long numbers, and ids what they are", () => {
    for (const [text, quoted] of [
      ['{"params":["0x1",1000000000000000001]}', '{"params":["0x1","1000000000000000001"]}'],
      ["[ 9007199254740991,9007199254740992 , 10000000000000000000]", '[ 9007199254740991,"9007199254740992" , "10000000000000000000"]'],
      ['{"id": 12345678901234567890,"a":12345678901234567890}', '{"id": 12345678901234567890,"a":"12345678901234567890"}'],
    ] as const)
      assert.equal(quoteLongNumbers(text), quoted);
    for (const same of [
      '["\\",12345678901234567890,\\""]',
      "[-12345678901234567890,1.2345678901234567890,0.12345678901234567,12345678901234567890e1,00012345678901234567890]",
      '[12345678901234567890,"',
    ])
      assert.equal(quoteLongNumbers(same), same);
  });

  it("measures nesting outside strings", () => {
    assert.equal(nestsDeeper('[[["]]"]]]', 3), false);
    assert.equal(nestsDeeper("[[[[", 3), true);
    assert.equal(nestsDeeper('"[[[[\\"[["', 3), false);
    // The last backslash of an even number does not escape the quote behind it.
    assert.equal(nestsDeeper('"\\\\"[[[[', 3), true);
    assert.equal(nestsDeeper('"\\\\\\"[[[[', 3), false);
    assert.equal(nestsDeeper('["', 1), false);
  });
});

describe("access", () => {
  const rules = { hosts: ["node.internal"], origins: ["https://app.example"] };

  it("takes this machine's names, addresses and what is allowed", () => {
    for (const host of ["localhost", "localhost:8545", "127.0.0.1:1", "[::1]:8545", "192.168.1.2", "NODE.internal:80"]) assert.equal(isHostAllowed(host, rules), true, host);
    for (const host of [undefined, "", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a@localhost", "localhost:x"])
      assert.equal(isHostAllowed(host, rules), false, host);
  });

  it("refuses pages of other origins", () => {
    assert.equal(isOriginAllowed(undefined, rules), true);
    assert.equal(isOriginAllowed("https://app.example", rules), true);
    for (const origin of ["https://evil.example", "null", "https://app.example.evil"]) assert.equal(isOriginAllowed(origin, rules), false);
    assert.equal(isLoopback("127.0.0.1"), true);
    assert.equal(isLoopback("0.0.0.0"), false);
  });
});

describe("filters", () => {
  it("are bounded, and dropped when nobody asks", () => {
    const chain = new DevChain({ accounts: 1 });
    let now = 0;
    const filters = new Filters(chain, { ...RPC_LIMITS, filters: 2, filterSeconds: 10 }, () => now);
    const id = filters.blocks();
    filters.blocks();
    assert.throws(() => filters.blocks(), /too many filters/);
    const block = chain.mine();
    assert.deepEqual(filters.changes(id), [block.header.hash]);
    assert.deepEqual(filters.changes(id), []);
    now = 11_000;
    assert.throws(() => filters.changes(id), /filter not found/);
    assert.equal(filters.size, 0);
    // Also when nobody asks for any.
    filters.blocks();
    now = 22_000;
    chain.mine();
    assert.equal(filters.size, 0);
  });
});

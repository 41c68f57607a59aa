/** Senders recovered ahead of their turn: by whichever thread, the same answers in the same order. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SigningKey, Transaction } from "ethers";
import { recoverAddress } from "../../../../machine/recover.js";
import { DevChain } from "../../../../runtime/node/chain/dev-chain.js";
import { dataHex, hexBytes } from "../../../../runtime/node/encoding/hex.js";
import { Dispatcher } from "../../../../runtime/node/rpc/dispatcher.js";
import { Filters } from "../../../../runtime/node/rpc/filters.js";
import { RPC_LIMITS } from "../../../../runtime/node/rpc/limits.js";
import { RawTransactions } from "../../../../runtime/node/rpc/raw-transactions.js";
import { methodTable } from "../../../../runtime/node/rpc/table.js";
import { readTransaction, type TransactionSignature } from "../../../../runtime/node/transactions/decode.js";
import { SenderRecovery } from "../../../../runtime/node/transactions/recovery/sender-recovery.js";
import { SignatureSlots, STATE } from "../../../../runtime/node/transactions/recovery/slots.js";

const GWEI = 10n ** 9n;
const keys = new DevChain({ accounts: 3 }).wallet;

function signed(account: number, nonce: number, value = 1n): string {
  const fees = { maxFeePerGas: 20n * GWEI, maxPriorityFeePerGas: GWEI };
  const transaction = Transaction.from({ type: 2, chainId: 31_337n, nonce, to: `0x${"b0".repeat(20)}`, value, gasLimit: 21_000n, ...fees });
  transaction.signature = new SigningKey(keys.revealKey(keys.addresses[account]!)!).sign(transaction.unsignedHash);
  return transaction.serialized;
}

function signatureOf(raw: string): TransactionSignature {
  return readTransaction(hexBytes(raw), 31_337n).signature;
}

const signatures = Array.from({ length: 12 }, (_, i) => signatureOf(signed(i % 3, i)));
/** r is no number that a signature can have. */
const broken: TransactionSignature = { ...signatures[0]!, bytes: new Uint8Array(64).fill(0xff) };

function expected({ digest, bytes, yParity }: TransactionSignature): string | undefined {
  const address = recoverAddress(digest, bytes, yParity);
  return address && dataHex(address);
}

const shown = (address: Uint8Array | undefined): string | undefined => address && dataHex(address);

describe("Signature slots", () => {
  it("hand each signature to one thread, and its result back", () => {
    const slots = new SignatureSlots();
    // Another view of the same memory is what another thread has.
    const other = new SignatureSlots(slots.buffer);
    for (const signature of [...signatures, broken]) {
      const slot = slots.offer(signature)!;
      assert.equal(other.recover(slot), true);
      assert.equal(slots.recover(slot), false);
      assert.equal(slots.state(slot), STATE.DONE);
      assert.equal(shown(slots.result(slot)), expected(signature));
      slots.release(slot);
      assert.equal(slots.state(slot), STATE.FREE);
      assert.equal(other.recover(slot), false);
    }
  });

  it("are a ring that can be full, and takes on again what was released", () => {
    const slots = new SignatureSlots();
    const taken = Array.from({ length: slots.size }, () => slots.offer(signatures[0]!));
    assert.equal(new Set(taken).size, slots.size);
    assert.ok(!taken.includes(undefined));
    assert.equal(slots.offer(signatures[1]!), undefined);
    slots.release(taken[0]!);
    assert.equal(slots.offer(signatures[1]!), taken[0]);
  });
});

describe("SenderRecovery", () => {
  it("gives the same senders with a second thread and without, in whatever order they are asked for", async () => {
    for (const threads of [1, 2]) {
      const recovery = new SenderRecovery(threads);
      for (const order of [(i: number) => i, (i: number) => signatures.length - 1 - i]) {
        const begun = signatures.map((signature) => recovery.begin(signature));
        const none = recovery.begin(broken);
        for (let i = 0; i < signatures.length; i++) assert.equal(shown(begun[order(i)]!.result()), expected(signatures[order(i)]!));
        assert.equal(none.result(), undefined);
      }
      await recovery.close();
    }
  });

  it("outlasts more than a ring of what nobody asked for, and the end of the thread", async () => {
    const recovery = new SenderRecovery(2);
    for (let i = 0; i < 1_000; i++) recovery.begin(signatures[i % 12]!).drop();
    const kept = Array.from({ length: 300 }, (_, i) => recovery.begin(signatures[i % 12]!));
    await recovery.close();
    for (const [i, { result, drop }] of kept.entries()) {
      assert.equal(shown(result()), expected(signatures[i % 12]!));
      drop();
    }
    assert.equal(shown(recovery.begin(signatures[3]!).result()), expected(signatures[3]!));
  });
});

describe("A batch of signed transactions", () => {
  /** Good ones of three senders between such as are refused: malformed, of another chain, without a valid signature, too early, twice. */
  const good = [signed(0, 0), signed(1, 0), signed(0, 1), signed(2, 0), signed(0, 2)];
  const noSignature = Transaction.from(signed(1, 1));
  noSignature.signature = { r: `0x${"fe".repeat(32)}`, s: `0x${"01".repeat(32)}`, yParity: 0 };
  const params = [[good[0]], ["0x02c0"], [good[1]], [good[2], "more"], ["no hex"], [], [noSignature.serialized], [good[3]], [good[0]], [signed(2, 0, 10n ** 30n)], [good[4]]];
  const requests = params.map((p, id) => ({ jsonrpc: "2.0", id, method: "eth_sendRawTransaction", params: p }));

  function dispatcher(recovery: SenderRecovery | undefined): { readonly dispatcher: Dispatcher; readonly chain: DevChain } {
    const chain = new DevChain({ accounts: 3, timestamp: 1_700_000_000 });
    const rawTransactions = new RawTransactions(31_337n, recovery);
    const table = methodTable(chain, new Filters(chain, RPC_LIMITS), { clientVersion: "t", limits: RPC_LIMITS, trusted: true, rawTransactions });
    const quiet = { answered: () => undefined, failed: () => undefined };
    const ahead = new Map([["eth_sendRawTransaction", (p: Parameters<RawTransactions["begin"]>[0]) => rawTransactions.begin(p)]]);
    return { dispatcher: new Dispatcher(table, RPC_LIMITS, quiet, () => undefined, ahead), chain };
  }

  it("is answered as its requests one after another", async () => {
    const recovery = new SenderRecovery(2);
    const plain = dispatcher(undefined);
    const answers: unknown[] = [];
    for (const request of requests) answers.push(JSON.parse(await plain.dispatcher.handle(JSON.stringify(request))));
    assert.equal(plain.chain.chain.height, good.length);

    const batched = dispatcher(recovery);
    assert.deepEqual(JSON.parse(await batched.dispatcher.handle(JSON.stringify(requests))), answers);

    const pipelined = dispatcher(recovery);
    const readings = requests.map((request, i) => pipelined.dispatcher.read(JSON.stringify(request), i > 0));
    const later: unknown[] = [];
    for (const reading of readings) later.push(JSON.parse(await pipelined.dispatcher.answer(reading)));
    assert.deepEqual(later, answers);

    const root = plain.chain.chain.state.root;
    for (const { chain } of [batched, pipelined]) {
      assert.equal(chain.chain.height, plain.chain.chain.height);
      assert.deepEqual(chain.chain.state.root, root);
    }
    await recovery.close();
  });

  it("ends what was begun, answered or not", async () => {
    const chainId = 31_337n;
    let [begun, ended] = [0, 0];
    class Counting extends SenderRecovery {
      override begin(signature: TransactionSignature): ReturnType<SenderRecovery["begin"]> {
        const inner = super.begin(signature);
        begun++;
        const drop = (): void => {
          ended++;
          inner.drop();
        };
        return { result: inner.result, drop };
      }
    }
    const rawTransactions = new RawTransactions(chainId, new Counting(1));
    const ahead = new Map([["eth_sendRawTransaction", (p: Parameters<RawTransactions["begin"]>[0]) => rawTransactions.begin(p)]]);
    const broke = new Dispatcher({}, { ...RPC_LIMITS, batchMilliseconds: -1 }, { answered: () => undefined, failed: () => undefined }, () => undefined, ahead);
    await broke.handle(JSON.stringify(requests));
    assert.ok(begun > 0);
    assert.equal(ended, begun);
    broke.drop(broke.read(JSON.stringify(requests), true));
    assert.equal(ended, begun);
  });
});

/** Methods that read the state or run code on it without changing it. */
import { codeHash } from "../../../host/code.js";
import { addressHex, intOfLittleEndian, slotKey } from "../../../store/keys.js";
import type { StateReader } from "../../../store/state.js";
import type { DevChain } from "../../chain/dev-chain.js";
import type { Scene } from "../../chain/trace.js";
import { dataHex, quantity, wordHex } from "../../encoding/hex.js";
import { readCall, type CallRequest } from "../call-request.js";
import { invalidParams } from "../errors.js";
import { requireBlock, sceneAt, viewAt } from "../lookup.js";
import { readAddress, readArray, readSlot, type JsonObject, type Methods, type Params } from "../params.js";
import { estimateGas, gasAllowance, requireFunds, requireSuccess, simulate, touchedBy } from "../simulate.js";
import { assumedScene } from "../tracing.js";

/** Slots that one proof may name. */
const MAX_PROOF_SLOTS = 1_024;

export function stateMethods(node: DevChain): Methods {
  const read = (p: Params, index: number): StateReader => sceneAt(node, p.block(index)).state;
  return {
    eth_getBalance: (p) => quantity(read(p, 1).account(p.address(0, "address"))?.balance ?? 0n),
    eth_getCode: (p) => dataHex(read(p, 1).account(p.address(0, "address"))?.code?.bytes ?? new Uint8Array(0)),
    eth_getStorageAt(p) {
      const word = read(p, 2).storage(p.address(0, "address"), slotKey(p.quantity(1, "slot")));
      return wordHex(word ? intOfLittleEndian(word) : 0n);
    },
    eth_getTransactionCount(p) {
      const address = p.address(0, "address");
      if (p.block(1) === "pending") return quantity(node.pool.pendingNonce(address));
      return quantity(read(p, 1).account(address)?.nonce ?? 0);
    },
    eth_getProof: (p) => proof(node, p),
    eth_getAccount(p) {
      const { record, storageRoot, codeHash: hash } = viewAt(requireBlock(node, p.block(1))).prove(p.address(0, "address"), []);
      return { nonce: quantity(record.nonce), balance: quantity(record.balance), storageRoot: dataHex(storageRoot), codeHash: dataHex(hash) };
    },
    eth_getAccountInfo(p) {
      const account = read(p, 1).account(p.address(0, "address"));
      return { nonce: quantity(account?.nonce ?? 0), balance: quantity(account?.balance ?? 0n), code: dataHex(account?.code?.bytes ?? new Uint8Array(0)) };
    },
    eth_getStorageValues: (p) => storageValues(read(p, 1), p.object(0, "requests")),
    eth_call(p) {
      const { call, scene } = subject(node, p);
      requireFunds(call, scene.state);
      return dataHex(requireSuccess(simulate(node, call, scene, gasAllowance(node, call, scene.state))).data);
    },
    eth_estimateGas(p) {
      const { call, scene } = subject(node, p);
      return quantity(estimateGas(node, call, scene));
    },
    eth_createAccessList(p) {
      const { call, scene } = subject(node, p);
      requireFunds(call, scene.state);
      const { list, receipt } = touchedBy(node, call, scene);
      return { accessList: list, gasUsed: quantity(receipt.gasUsed), ...(!receipt.success && { error: receipt.error ?? "execution reverted" }) };
    },
  };
}

/** What eth_call and its like run, and where. */
function subject(node: DevChain, p: Params): { call: CallRequest; scene: Scene } {
  p.atMost(4);
  const call = readCall(p.object(0, "transaction"));
  return { call, scene: assumedScene(sceneAt(node, p.block(1)), { stateOverrides: p.raw(2), blockOverrides: p.raw(3) }) };
}

/** Words of many accounts: from address to slots, from address to words. */
function storageValues(state: StateReader, requests: JsonObject): JsonObject {
  let left = MAX_PROOF_SLOTS;
  return Object.fromEntries(
    Object.entries(requests).map(([key, value]) => {
      const address = readAddress(key, "requests");
      const slots = readArray(value, "requests");
      if ((left -= slots.length) < 0) throw invalidParams(`requests: at most ${MAX_PROOF_SLOTS} slots`);
      const words = slots.map((slot) => state.storage(address, slotKey(readSlot(slot, "requests"))));
      return [key, words.map((word) => wordHex(word ? intOfLittleEndian(word) : 0n))];
    }),
  );
}

function proof(node: DevChain, p: Params): unknown {
  const address = p.address(0, "address");
  const keys = p.array(1, "storageKeys");
  if (keys.length > MAX_PROOF_SLOTS) throw invalidParams(`storageKeys: at most ${MAX_PROOF_SLOTS}`);
  const slots = keys.map((key) => readSlot(key, "storageKeys"));
  const proven = viewAt(requireBlock(node, p.block(2))).prove(address, slots.map(slotKey));
  return {
    address: addressHex(address),
    accountProof: proven.nodes.map(dataHex),
    balance: quantity(proven.record.balance),
    codeHash: dataHex(proven.record.code ? codeHash(proven.record.code) : proven.codeHash),
    nonce: quantity(proven.record.nonce),
    storageHash: dataHex(proven.storageRoot),
    storageProof: proven.slots.map(({ word, nodes }, i) => ({ key: keys[i], value: quantity(word ? intOfLittleEndian(word) : 0n), proof: nodes.map(dataHex) })),
  };
}

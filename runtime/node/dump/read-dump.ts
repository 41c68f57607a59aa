/**
 * Reads dumps (format.ts) and checks them before anything of a chain is touched: the form of every field, the identity of every module, that every
 * account's code runs here, and that the blocks are a chain: each names its parent's hash, its header commits to its transactions and receipts, and each
 * transaction is what its bytes say. What cannot be checked is whether the accounts are what the blocks led to: a state may be changed by hand. That
 * they are those that were written is seen by their root.
 */
import { gunzipSync } from "node:zlib";
import { sameBytes } from "../../../machine/bytes.js";
import { createAddress } from "../../../machine/create-address.js";
import { keccak256 } from "../../../machine/keccak.js";
import { MAX_CREATION_SIZE } from "../../executor/messages.js";
import { CodeError, compileModule, type Code, type CodeRegistry, type ModuleEntry } from "../../host/code.js";
import { addressHex, addressKeyOfInt, intOfKey, keyOf, littleEndian, slotKey, type AddressKey, type SlotKey } from "../../store/keys.js";
import type { AccountRecord, ChangeSet } from "../../store/state.js";
import { commitments, type Block, type NodeReceipt } from "../chain/block.js";
import { decodeBlock } from "../chain/block-codec.js";
import type { ChainContents } from "../chain/dev-chain.js";
import { ZERO_HASH, type Header } from "../chain/header.js";
import { dataHex, hexBytes } from "../encoding/hex.js";
import { RpcError } from "../rpc/errors.js";
import { isObject, readAddress, readArray, readData, readFixed, readNumber, readObject, readQuantity, type JsonObject } from "../rpc/params.js";
import { StateTrie } from "../state/state-trie.js";
import { decodeTransaction } from "../transactions/decode.js";
import { impersonateTransaction } from "../transactions/sign.js";
import { effectiveGasPrice, type NodeTransaction } from "../transactions/transaction.js";
import { DUMP_FORMAT, DumpError, MAX_DUMP_SIZE } from "./format.js";

/** The chain that a dump is loaded into. */
export interface Receiver {
  readonly chainId: bigint;
  /** Modules that it knows already. */
  readonly registry: CodeRegistry;
}

type Modules = ReadonlyMap<string, ModuleEntry>;

const GZIP_MAGIC = [0x1f, 0x8b];

/** A dump's text from its bytes, which may be gzip. Throws DumpError. */
export function unpackDump(bytes: Uint8Array): string {
  if (!GZIP_MAGIC.every((byte, i) => bytes[i] === byte)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_DUMP_SIZE }).toString("utf8");
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    throw new DumpError(isTooLarge ? `the dump is larger than ${MAX_DUMP_SIZE} bytes` : "the dump is no gzip, or damaged");
  }
}

/** Reads a dump's text. Throws DumpError, and then nothing has happened. */
export function readDump(text: string, receiver: Receiver): ChainContents {
  if (text.length > MAX_DUMP_SIZE) throw new DumpError(`the dump is larger than ${MAX_DUMP_SIZE} bytes`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new DumpError("the dump is no JSON");
  }
  requireFormat(parsed);
  try {
    return readContents(parsed, receiver);
  } catch (error) {
    // The readers of parameters name the field.
    if (error instanceof RpcError) throw new DumpError(error.message);
    throw error;
  }
}

function requireFormat(parsed: unknown): asserts parsed is JsonObject {
  if (isObject(parsed) && parsed.format === DUMP_FORMAT) return;
  if (isObject(parsed) && typeof parsed.format === "string" && parsed.format.startsWith("supervm-dump-"))
    throw new DumpError(`the dump's format is ${parsed.format.slice(0, 40)}, this supervm knows ${DUMP_FORMAT}`);
  if (isObject(parsed) && isObject(parsed.accounts) && "block" in parsed)
    throw new DumpError("this is a dump of anvil, whose contracts are EVM bytecode: it does not run here", "load what `supervm node` dumped, and deploy contracts anew");
  throw new DumpError("this is no dump of `supervm node`");
}

function readContents(dump: JsonObject, { chainId, registry }: Receiver): ChainContents {
  const own = readQuantity(dump.chainId, "chainId");
  if (own !== chainId) throw new DumpError(`the dump is of the chain with id ${own}, this one's is ${chainId}`, `--chain-id ${own}`);
  const modules = readModules(readObject(dump.modules, "modules"), registry);
  const changes = readAccounts(readObject(dump.accounts, "accounts"), registry, modules);
  if (dataHex(StateTrie.empty.apply(changes).root) !== readFixed(dump.stateRoot, 32, "stateRoot"))
    throw new DumpError("the dump was changed: its accounts do not have the state root that it names");
  const blocks = readBlocks(readArray(dump.blocks, "blocks"), chainId);
  const newest = readNumber(dump.best_block_number, "best_block_number");
  if (newest !== blocks.length - 1) throw new DumpError(`the dump has ${blocks.length} blocks, its newest is said to be block ${newest}`);
  return { blocks, changes, modules: [...modules.values()] };
}

/** The modules that the chain does not know. */
function readModules(given: JsonObject, registry: CodeRegistry): Modules {
  const modules = new Map<string, ModuleEntry>();
  for (const [key, value] of Object.entries(given)) {
    const identity = hexBytes(readFixed(key, 32, "modules"));
    const fields = readObject(value, `modules.${key}`);
    const bytes = readData(fields.bytes, `modules.${key}.bytes`);
    const references = readArray(fields.references, `modules.${key}.references`).map((reference) => hexBytes(readFixed(reference, 32, `modules.${key}.references`)));
    if (bytes.length > MAX_CREATION_SIZE) throw new DumpError(`modules.${key}: is larger than ${MAX_CREATION_SIZE} bytes`);
    if (!sameBytes(keccak256(Buffer.concat([bytes, ...references])), identity)) throw new DumpError(`modules.${key}: the module has another identity, so it is damaged`);
    if (!registry.get(identity)) modules.set(keyOf(identity), compiled(key, { identity, bytes, references, guarded: registry.guards }));
  }
  for (const module of modules.values())
    for (const reference of module.references)
      if (!modules.has(keyOf(reference)) && !registry.get(reference))
        throw new DumpError(`modules.${dataHex(module.identity)}: the module ${dataHex(reference)} to which it refers is missing`);
  return modules;
}

function compiled(key: string, { identity, bytes, references, guarded }: Pick<ModuleEntry, "identity" | "bytes" | "references" | "guarded">): ModuleEntry {
  try {
    return compileModule(identity, bytes, references, guarded);
  } catch (error) {
    if (error instanceof CodeError) throw new DumpError(`modules.${key}: ${error.message}`);
    throw error;
  }
}

function readAccounts(given: JsonObject, registry: CodeRegistry, modules: Modules): ChangeSet {
  const accounts = new Map<AddressKey, AccountRecord>();
  const storage = new Map<AddressKey, Map<SlotKey, Uint8Array>>();
  for (const [key, value] of Object.entries(given)) {
    const name = `accounts.${key.slice(0, 42)}`;
    const address = readAddress(key, name);
    const fields = readObject(value, name);
    const code = readAccountCode(readData(fields.code, `${name}.code`), name, registry, modules);
    accounts.set(address, { nonce: readNumber(fields.nonce, `${name}.nonce`), balance: readQuantity(fields.balance, `${name}.balance`), ...(code && { code }) });
    const words = readStorage(readObject(fields.storage, `${name}.storage`), `${name}.storage`);
    if (words.size > 0) storage.set(address, words);
  }
  return { accounts, storage };
}

function readAccountCode(bytes: Uint8Array, name: string, registry: CodeRegistry, modules: Modules): Code | undefined {
  if (bytes.length === 0) return undefined;
  try {
    return registry.readRuntime(bytes, modules);
  } catch (error) {
    if (error instanceof CodeError) throw new DumpError(`${name}.code: this is not SuperVM code, or its module is missing from the dump`);
    throw error;
  }
}

function readStorage(given: JsonObject, name: string): Map<SlotKey, Uint8Array> {
  const words = new Map<SlotKey, Uint8Array>();
  for (const [slot, word] of Object.entries(given)) {
    const value = readQuantity(word, name);
    if (value !== 0n) words.set(slotKey(readQuantity(slot, name)), littleEndian(value, 32));
  }
  return words;
}

function readBlocks(given: readonly unknown[], chainId: bigint): Block[] {
  const blocks: Block[] = [];
  for (const [number, record] of given.entries()) {
    const bytes = readData(record, `blocks[${number}]`);
    const block = decoded(bytes, number);
    const parent = blocks[number - 1];
    if (block.header.number !== number || block.header.parentHash !== (parent?.header.hash ?? ZERO_HASH))
      throw new DumpError(`blocks[${number}]: does not follow the block before it`);
    requireCommitted(block);
    for (const receipt of block.receipts) requireTransaction(receipt, block.header, chainId);
    blocks.push(block);
  }
  if (blocks.length === 0) throw new DumpError("the dump has no blocks");
  return blocks;
}

function decoded(bytes: Uint8Array, number: number): Block {
  try {
    return decodeBlock(bytes, undefined);
  } catch {
    // Whatever a record of arbitrary bytes makes its reader throw.
    throw new DumpError(`blocks[${number}]: the record is damaged`);
  }
}

/** A header says which transactions and receipts belong to it. */
function requireCommitted({ header, receipts }: Block): void {
  const { transactionsRoot, receiptsRoot, logsBloom } = commitments(receipts);
  const gasUsed = receipts[receipts.length - 1]?.cumulativeGas ?? 0;
  if (sameBytes(transactionsRoot, header.transactionsRoot) && sameBytes(receiptsRoot, header.receiptsRoot) && sameBytes(logsBloom, header.logsBloom) && gasUsed === header.gasUsed)
    return;
  throw new DumpError(`blocks[${header.number}]: its transactions and receipts are not those of its header`);
}

/** The fields beside a transaction's bytes are what the bytes say. */
function requireTransaction({ transaction, index, gasPrice, created, success }: NodeReceipt, { number, baseFee }: Header, chainId: bigint): void {
  let read: NodeTransaction;
  try {
    read = transaction.isImpersonated ? impersonateTransaction(transaction, transaction.from) : decodeTransaction(transaction.raw, chainId);
  } catch {
    throw new DumpError(`blocks[${number}]: transaction ${index} is damaged`);
  }
  if (fingerprint(read) !== fingerprint(transaction)) throw new DumpError(`blocks[${number}]: transaction ${index} is not what its bytes say`);
  const creates = success && transaction.to === undefined ? addressKeyOfInt(createAddress(intOfKey(transaction.from), BigInt(transaction.nonce))) : undefined;
  if (gasPrice !== effectiveGasPrice(transaction, baseFee) || created !== creates) throw new DumpError(`blocks[${number}]: the receipt of transaction ${index} is damaged`);
}

function fingerprint(t: NodeTransaction): string {
  const { type, chainId, nonce, to, value, data, gasLimit, maxFeePerGas, maxPriorityFeePerGas, accessList, hash, from, raw, r, s, yParity } = t;
  const numbers = [type, chainId, nonce, value, gasLimit, maxFeePerGas, maxPriorityFeePerGas, r, s, yParity].map(String);
  return JSON.stringify([numbers, to === undefined ? null : addressHex(to), dataHex(data), accessList, hash, intOfKey(from).toString(16), dataHex(raw)]);
}

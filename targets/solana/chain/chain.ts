/**
 * An in-process Solana chain on LiteSVM, behind the interface that all targets' chains have: ten funded accounts with keys of their
 * own, one transaction a slot, deterministic time. Program images are loaded when the first contract of one is deployed; instances of
 * one image call each other, images do not.
 *
 * Signatures are not verified here (which accounts sign is part of the message and is checked by the program).
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Address, KeyPairSigner } from "@solana/kit";
import type { LiteSVM } from "litesvm";
import { getChecksumAddress } from "./checksum.js";
import type { Chain, ChainOptions, Deployment, Message, Outcome } from "../../target.js";
import { createAddress } from "../../../machine/create-address.js";
import { bytesToInt, intToBytes } from "../../../machine/bytes.js";
import { HEAP_SIZE } from "../layout.js";
import type { SolanaPart } from "../lower.js";
import { RESULT, WEI_PER_LAMPORT } from "../runtime/format.js";
import { addressOfKey, ImageClient, type ExecutionResult } from "./client.js";
import { describeFailure } from "./log-lines.js";
import { loadPackages, type Packages } from "./packages.js";
import { codeSize, isInstance, isStorageEmpty, reserveOf, storageWord } from "./state-account.js";

const ACCOUNTS = 10;
/** Lamports of each: 10,000 SOL. */
const FUNDS = 10_000n * 1_000_000_000n;
const PAYER_FUNDS = 100_000n * 1_000_000_000n;
const GENESIS_TIME = 1_700_000_000n;

/** Hashes of earlier slots that contracts can ask for. */
const RECENT_SLOTS = 256;

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replace(/^0x/, ""), "hex"));
}

function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

/** A new chain. Throws MissingPeerError where litesvm or @solana/kit are not installed. */
export async function createSolanaChain({ computeUnits }: ChainOptions = {}): Promise<Chain> {
  const packages = await loadPackages();
  const svm = new packages.litesvm.LiteSVM()
    .withFeatureSet(packages.litesvm.FeatureSet.allEnabled())
    .withBuiltins()
    .withSigverify(false)
    .withTransactionHistory(0n)
    .withLogBytesLimit(undefined);
  if (computeUnits !== undefined) {
    const budget = new packages.litesvm.ComputeBudget();
    budget.computeUnitLimit = BigInt(computeUnits);
    budget.heapSize = HEAP_SIZE;
    svm.withComputeBudget(budget);
  }
  const signer = (name: string): Promise<KeyPairSigner> =>
    packages.kit.createKeyPairSignerFromPrivateKeyBytes(sha256(new TextEncoder().encode(`supervm development account: ${name}`)));
  const payer = await signer("payer");
  svm.airdrop(payer.address, packages.kit.lamports(PAYER_FUNDS));
  const signers = await Promise.all(Array.from({ length: ACCOUNTS }, (_, i) => signer(String(i))));
  for (const { address } of signers) svm.airdrop(address, packages.kit.lamports(FUNDS));
  return new SolanaChain(packages, svm, payer, signers);
}

/** LiteSVM takes plain objects; its types name a class that has no constructor. */
interface SlotHashesSysvar {
  setSlotHashes(hashes: readonly { slot: bigint; hash: string }[]): void;
}

class SolanaChain implements Chain {
  readonly accounts: readonly string[];
  private readonly signers = new Map<string, KeyPairSigner>();
  private readonly keys = new Map<string, Address>();
  private readonly nonces = new Map<string, bigint>();
  /** Images by the hash of their ELF file. */
  private readonly images = new Map<string, ImageClient>();
  /** Which image an instance belongs to, by address in hex. */
  private readonly owners = new Map<string, ImageClient>();
  private slot = 0n;
  /** Newest first. */
  private readonly slotHashes: { slot: bigint; hash: string }[] = [];
  private timestamp = GENESIS_TIME;
  private nextTimestamp: bigint | undefined;

  constructor(
    private readonly packages: Packages,
    private readonly svm: LiteSVM,
    private readonly payer: KeyPairSigner,
    signers: readonly KeyPairSigner[],
  ) {
    const encoder = packages.kit.getAddressEncoder();
    this.accounts = signers.map((signer) => {
      const address = Buffer.from(addressOfKey(Uint8Array.from(encoder.encode(signer.address)))).toString("hex");
      this.signers.set(address, signer);
      this.keys.set(address, signer.address);
      return getChecksumAddress(address);
    });
  }

  async deploy({ part, args, from, value, libraries }: Deployment): Promise<Outcome> {
    const solana = part as SolanaPart;
    const image = await this.load(solana.program);
    const sender = this.signer(from);
    const links = solana.libraries.map((library) => {
      const address = libraries.get(library);
      if (address === undefined) throw new Error(`the library '${library}' is not linked`);
      return bytesOf(address);
    });
    const lamports = toLamports(value);
    if (lamports === undefined) return fractional();
    const nonce = this.nonces.get(from.toLowerCase()) ?? 0n;
    const address = intToBytes(createAddress(bytesToInt(bytesOf(from)), nonce), 20);
    const nonceBytes = new Uint8Array(8);
    new DataView(nonceBytes.buffer).setBigUint64(0, nonce, true);
    const id = bytesOf(solana.contractId).reverse();
    const execution = { operation: "deploy" as const, lamports, target: Buffer.concat([id, nonceBytes]), data: Buffer.concat([...links, bytesOf(args)]) };
    this.begin();
    const result = await image.execute(sender, execution, [address], true);
    this.seal(from);
    if (!result.success) return this.outcome(result);
    this.owners.set(Buffer.from(address).toString("hex"), image);
    return { ...this.outcome(result), returnData: "0x", address: getChecksumAddress(Buffer.from(address).toString("hex")) };
  }

  async send(message: Message): Promise<Outcome> {
    const outcome = await this.run(message, true);
    this.seal(message.from);
    return outcome;
  }

  async call(message: Message): Promise<Outcome> {
    return this.run(message, false);
  }

  private async run({ from, to, data, value }: Message, keep: boolean): Promise<Outcome> {
    const lamports = toLamports(value);
    if (lamports === undefined) return fractional();
    const image = await this.imageOf(to);
    const target = bytesOf(to);
    this.begin();
    return this.outcome(await image.execute(this.signer(from), { operation: "execute", lamports, target, data: bytesOf(data) }, [target], keep));
  }

  async storageAt(address: string, slot: bigint): Promise<string> {
    const data = await this.stateOf(address);
    return hexOf(data ? storageWord(data, slot) : new Uint8Array(32));
  }

  async storageIsEmpty(address: string): Promise<boolean> {
    const data = await this.stateOf(address);
    return !data || isStorageEmpty(data);
  }

  async balance(address: string): Promise<bigint> {
    const key = this.keys.get(plain(address));
    if (key !== undefined) return BigInt(this.svm.getBalance(key) ?? 0n) * WEI_PER_LAMPORT;
    const image = await this.imageOf(address);
    const account = this.svm.getAccount(await image.stateKey(bytesOf(address)));
    if (!account.exists) return 0n;
    const data = Uint8Array.from(account.data);
    const rent = this.svm.minimumBalanceForRentExemption(BigInt(data.length));
    const reserve = isInstance(data) ? reserveOf(data) : rent < account.lamports ? rent : BigInt(account.lamports);
    return (BigInt(account.lamports) - reserve) * WEI_PER_LAMPORT;
  }

  async codeSize(address: string): Promise<number> {
    const data = await this.stateOf(address);
    return data ? codeSize(data) : 0;
  }

  async mine(blocks: number): Promise<void> {
    for (let i = 0; i < blocks; i++) this.advance();
  }

  async time(): Promise<bigint> {
    return this.timestamp;
  }

  async setTime(timestamp: bigint): Promise<void> {
    if (timestamp < this.timestamp) throw new RangeError(`the next block cannot be at ${timestamp}: the newest is at ${this.timestamp}`);
    this.nextTimestamp = timestamp;
  }

  async close(): Promise<void> {
    // The virtual machine is freed with this object.
  }

  private async load(program: string): Promise<ImageClient> {
    const elf = bytesOf(program);
    const hash = sha256(elf);
    const name = Buffer.from(hash).toString("hex");
    let image = this.images.get(name);
    if (!image) {
      const id = this.packages.kit.getAddressDecoder().decode(hash);
      this.svm.addProgram(id, elf);
      image = new ImageClient(this.packages, this.svm, id, this.payer, this.keys, (address) => this.isForeign(address, id));
      this.images.set(name, image);
    }
    return image;
  }

  /** The image that an address belongs to; for an address without code any image carries the transfer. */
  private async imageOf(address: string): Promise<ImageClient> {
    const known = this.owners.get(plain(address));
    if (known) return known;
    for (const image of this.images.values()) {
      const account = this.svm.getAccount(await image.stateKey(bytesOf(address)));
      if (account.exists && isInstance(Uint8Array.from(account.data))) {
        this.owners.set(plain(address), image);
        return image;
      }
    }
    const [first] = this.images.values();
    if (!first) throw new Error("no program has been deployed yet");
    return first;
  }

  private async isForeign(address: Uint8Array, program: Address): Promise<boolean> {
    for (const image of this.images.values()) {
      if (image.programId === program) continue;
      const account = this.svm.getAccount(await image.stateKey(address));
      if (account.exists && isInstance(Uint8Array.from(account.data))) return true;
    }
    return false;
  }

  private async stateOf(address: string): Promise<Uint8Array | undefined> {
    if (this.images.size === 0) return undefined;
    const image = await this.imageOf(address);
    const account = this.svm.getAccount(await image.stateKey(bytesOf(address)));
    const data = account.exists ? Uint8Array.from(account.data) : undefined;
    return data && isInstance(data) ? data : undefined;
  }

  private signer(from: string): KeyPairSigner {
    const signer = this.signers.get(plain(from));
    if (!signer) throw new Error(`${from} is none of the chain's accounts: on Solana a sender must have a key`);
    return signer;
  }

  /** Sets the clock of the next block, and the hashes of those before it. */
  private begin(): void {
    const sysvar: SlotHashesSysvar = this.svm;
    sysvar.setSlotHashes(this.slotHashes);
    const clock = this.svm.getClock();
    clock.slot = this.slot + 1n;
    clock.unixTimestamp = this.nextTimestamp ?? this.timestamp + 1n;
    this.svm.setClock(clock);
  }

  private seal(from: string): void {
    this.advance();
    const name = from.toLowerCase();
    this.nonces.set(name, (this.nonces.get(name) ?? 0n) + 1n);
  }

  private advance(): void {
    this.slot++;
    const hash = sha256(new TextEncoder().encode(`supervm slot ${this.slot} at ${this.nextTimestamp ?? this.timestamp + 1n}`));
    this.slotHashes.unshift({ slot: this.slot, hash: this.packages.kit.getAddressDecoder().decode(hash) });
    this.slotHashes.splice(RECENT_SLOTS);
    this.timestamp = this.nextTimestamp ?? this.timestamp + 1n;
    this.nextTimestamp = undefined;
  }

  private outcome(result: ExecutionResult): Outcome {
    const { lines } = result;
    const reverted = !result.success && result.code === Number(RESULT.REVERT);
    const data = result.success || reverted ? (lines.longRevert ?? lines.returnData ?? new Uint8Array()) : new Uint8Array();
    const error =
      result.success || reverted
        ? undefined
        : lines.failure
          ? describeFailure(lines.failure)
          : result.code === Number(RESULT.HALT)
            ? "exceptional halt"
            : (result.error ?? "the program failed");
    return {
      success: result.success,
      returnData: hexOf(data),
      logs: result.success ? lines.logs.map((log) => ({ ...log, address: getChecksumAddress(log.address.slice(2)) })) : [],
      gasUsed: result.units,
      executionGas: result.units,
      trace: result.log,
      ...(error !== undefined && { error }),
    };
  }
}

function plain(address: string): string {
  return address.slice(2).toLowerCase();
}

/** Undefined for a value that is no whole number of lamports. */
function toLamports(wei: bigint): bigint | undefined {
  return wei % WEI_PER_LAMPORT === 0n ? wei / WEI_PER_LAMPORT : undefined;
}

function fractional(): Outcome {
  return { success: false, returnData: "0x", logs: [], gasUsed: 0n, error: "the value is no multiple of 10^9 wei, one lamport" };
}

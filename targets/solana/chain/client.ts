/**
 * The client of a program image: finds the accounts that an execution needs by simulating it, stages long call data in a buffer
 * account, grows state accounts ahead, and sends the transaction. What it does against LiteSVM is what a wallet does against a cluster.
 */
import { keccak256 } from "../../../machine/keccak.js";
import type { Address, Instruction, KeyPairSigner } from "@solana/kit";
import type { LiteSVM } from "litesvm";
import { BUFFER_SEED, FAILURE, STATE_SEED } from "../runtime/format.js";
import { HEAP_SIZE } from "../layout.js";
import { closeData, executionData, writeData, type Execution, type NamedAccount } from "./instruction.js";
import { describeStop, readLogLines, type LogLines } from "./log-lines.js";
import { placeLookupTable } from "./lookup-table.js";
import type { Packages } from "./packages.js";
import { isInstance } from "./state-account.js";

const SYSTEM_PROGRAM = "11111111111111111111111111111111";
const COMPUTE_BUDGET_PROGRAM = "ComputeBudget111111111111111111111111111111";
const COMPUTE_UNITS = 1_400_000;
/** Solana's limit on a serialised transaction (PACKET_DATA_SIZE). */
const MAX_TRANSACTION_SIZE = 1232;
/** Call data bytes that one WRITE carries. */
const PIECE = 800;
/** Accounts remembered of a call: enough for most, few enough that calls on ever new addresses do not pile up accounts. */
const MAX_HINTS = 8;
const ADDRESS_SIZE = 20;
/** An execution names one more account a round. */
const MAX_ROUNDS = 64;

/** How an execution ended. */
export interface ExecutionResult {
  readonly success: boolean;
  readonly lines: LogLines;
  readonly log: readonly string[];
  /** Custom error code of the program, where it returned one. */
  readonly code: number | undefined;
  /** What went wrong, in the runtime's words. */
  readonly error: string | undefined;
  readonly units: bigint;
}

export class ImageClient {
  /** Named accounts that earlier executions of a target needed: tried first. */
  private readonly known = new Map<string, NamedAccount[]>();
  /** State accounts by address in hex: a derivation is some hashes and a check that its result is no point of the curve. */
  private readonly stateKeys = new Map<string, Address>();

  constructor(
    private readonly packages: Packages,
    private readonly svm: LiteSVM,
    readonly programId: Address,
    private readonly payer: KeyPairSigner,
    /** Keys of accounts that are no contracts, by address in hex. */
    private readonly keys: ReadonlyMap<string, Address>,
    /** Whether an instance of another program has the address. */
    private readonly isForeign: (address: Uint8Array) => Promise<boolean>,
  ) {}

  /** The account of an instance, or of an address that nobody is known to have. */
  async stateKey(address: Uint8Array): Promise<Address> {
    const hex = Buffer.from(address).toString("hex");
    const known = this.stateKeys.get(hex);
    if (known !== undefined) return known;
    const [key] = await this.packages.kit.getProgramDerivedAddress({ programAddress: this.programId, seeds: [STATE_SEED, address] });
    this.stateKeys.set(hex, key);
    return key;
  }

  /** The account that stands for a 20-byte address now. */
  async nameOf(address: Uint8Array): Promise<NamedAccount> {
    const own = this.keys.get(Buffer.from(address).toString("hex"));
    if (own !== undefined) return { address, key: own, claimed: true };
    const key = await this.stateKey(address);
    const account = this.svm.getAccount(key);
    return { address, key, claimed: !(account.exists && isInstance(Uint8Array.from(account.data))) };
  }

  /**
   * Executes until no account is missing. With `keep` the effects stay, otherwise only accounts that had to grow have grown.
   *
   * @param first addresses that are needed in any case
   */
  async execute(sender: KeyPairSigner, execution: Execution, first: readonly Uint8Array[], keep: boolean): Promise<ExecutionResult> {
    const memo = `${sender.address} ${execution.operation} ${Buffer.from(execution.target).toString("hex")} ${Buffer.from(execution.data.subarray(0, 4)).toString("hex")}`;
    const addresses = [...first, ...(this.known.get(memo) ?? []).map((n) => n.address)];
    const named: NamedAccount[] = [];
    for (const address of addresses) await this.add(named, sender, address);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const staged = await this.stage(sender, execution, named);
      const result = await this.transact(sender, executionData(execution, named, staged), named, staged ? await this.bufferKey(sender) : undefined, keep);
      if (staged) await this.close(sender);
      const { failure } = result.lines;
      if (failure?.code === FAILURE.MISSING_ACCOUNT) {
        // Without this check the address would look as if nothing were there.
        if (await this.isForeign(failure.payload.slice(0, ADDRESS_SIZE))) return foreignResult(result, failure.payload);
        await this.add(named, sender, failure.payload.slice(0, ADDRESS_SIZE));
        continue;
      }
      if (failure?.code === FAILURE.NEED_SPACE) {
        await this.grow(sender, failure.payload.slice(0, ADDRESS_SIZE), new DataView(Uint8Array.from(failure.payload).buffer).getUint32(ADDRESS_SIZE, true));
        continue;
      }
      this.known.set(memo, named.slice(-MAX_HINTS));
      return result;
    }
    throw new Error("the transaction needs more accounts than it can name");
  }

  private async add(named: NamedAccount[], sender: KeyPairSigner, address: Uint8Array): Promise<void> {
    const account = await this.nameOf(address);
    if (account.key === sender.address || named.some((n) => n.key === account.key)) return;
    named.push(account);
  }

  private async bufferKey(sender: KeyPairSigner): Promise<Address> {
    const { kit } = this.packages;
    const [key] = await kit.getProgramDerivedAddress({ programAddress: this.programId, seeds: [BUFFER_SEED, kit.getAddressEncoder().encode(sender.address)] });
    return key;
  }

  /** Writes the call data to the sender's buffer where the transaction would be too large with them. */
  private async stage(sender: KeyPairSigner, execution: Execution, named: readonly NamedAccount[]): Promise<boolean> {
    const transaction = await this.compile(
      sender,
      executionData(execution, named, false),
      named.map((n) => n.key),
    );
    const { kit } = this.packages;
    if (kit.getTransactionEncoder().encode(transaction).length <= MAX_TRANSACTION_SIZE) return false;
    const buffer = await this.bufferKey(sender);
    const { data } = execution;
    for (let at = 0; at < data.length; at += PIECE) {
      const result = await this.transact(sender, writeData(at, data.subarray(at, at + PIECE)), [], buffer, true);
      if (!result.success) throw new Error(`staging call data failed: ${result.error ?? ""}\n${result.log.join("\n")}`);
    }
    return true;
  }

  private async close(sender: KeyPairSigner): Promise<void> {
    await this.transact(sender, closeData(), [], await this.bufferKey(sender), true);
  }

  /** Grows a state account to a length; each instruction adds at most 10,240 bytes. */
  private async grow(sender: KeyPairSigner, address: Uint8Array, wanted: number): Promise<void> {
    const key = await this.stateKey(address);
    for (;;) {
      const account = this.svm.getAccount(key);
      if (account.exists && account.data.length >= wanted) return;
      const named = [await this.nameOf(address)];
      const result = await this.transact(
        sender,
        executionData({ operation: "grow", lamports: BigInt(wanted), target: address, data: new Uint8Array() }, named, false),
        named,
        undefined,
        true,
      );
      if (!result.success) throw new Error(`growing a state account failed: ${result.error ?? ""}\n${result.log.join("\n")}`);
    }
  }

  /** One transaction with one instruction of the program. */
  private async transact(sender: KeyPairSigner, data: Uint8Array, named: readonly NamedAccount[], last: Address | undefined, keep: boolean): Promise<ExecutionResult> {
    const others = [...named.map((n) => n.key), ...(last === undefined ? [] : [last])];
    // A fresh blockhash makes each transaction unique.
    this.svm.expireBlockhash();
    const transaction = await this.compile(sender, data, others);
    const size = this.packages.kit.getTransactionEncoder().encode(transaction).length;
    if (size > MAX_TRANSACTION_SIZE) throw new Error(`the transaction has ${size} bytes with the ${others.length} accounts that it names; Solana allows ${MAX_TRANSACTION_SIZE}`);
    return this.read(keep ? this.svm.sendTransaction(transaction) : this.svm.simulateTransaction(transaction));
  }

  private async compile(sender: KeyPairSigner, data: Uint8Array, others: readonly string[]): Promise<Parameters<LiteSVM["sendTransaction"]>[0]> {
    const { kit } = this.packages;
    const role = kit.AccountRole;
    const instruction: Instruction = {
      programAddress: this.programId,
      accounts: [
        { address: sender.address, role: role.WRITABLE_SIGNER },
        { address: this.payer.address, role: role.WRITABLE_SIGNER },
        { address: kit.address(SYSTEM_PROGRAM), role: role.READONLY },
        ...others.map((key) => ({ address: kit.address(key), role: role.WRITABLE })),
      ],
      data,
    };
    const plain = kit.appendTransactionMessageInstructions(
      [this.budget(2, COMPUTE_UNITS), this.budget(1, HEAP_SIZE), instruction],
      this.svm.setTransactionMessageLifetimeUsingLatestBlockhash(kit.setTransactionMessageFeePayer(this.payer.address, kit.createTransactionMessage({ version: 0 }))),
    );
    const transaction = kit.compileTransaction(plain);
    if (others.length === 0 || kit.getTransactionEncoder().encode(transaction).length <= MAX_TRANSACTION_SIZE) return transaction;
    // A table names an account in one byte instead of 32.
    const keys = others.map((key) => kit.address(key));
    return kit.compileTransaction(kit.compressTransactionMessageUsingAddressLookupTables(plain, { [placeLookupTable(this.packages, this.svm, keys)]: keys }));
  }

  /** SetComputeUnitLimit (2) or RequestHeapFrame (1). */
  private budget(kind: 1 | 2, amount: number): Instruction {
    const data = new Uint8Array(5);
    data[0] = kind;
    new DataView(data.buffer).setUint32(1, amount, true);
    return { programAddress: this.packages.kit.address(COMPUTE_BUDGET_PROGRAM), data };
  }

  private read(outcome: ReturnType<LiteSVM["sendTransaction"]> | ReturnType<LiteSVM["simulateTransaction"]>): ExecutionResult {
    const { litesvm } = this.packages;
    const failed = outcome instanceof litesvm.FailedTransactionMetadata;
    const meta = failed || "meta" in outcome ? outcome.meta() : outcome;
    const log = meta.logs();
    const lines = readLogLines(log, this.programId);
    const error = failed ? outcome.err() : undefined;
    const custom = log.map((line) => /failed: custom program error: 0x([0-9a-f]+)$/.exec(line)?.[1]).find((code) => code !== undefined);
    return {
      success: !failed,
      lines: { ...lines, returnData: lines.returnData ?? dataOf(meta.returnData().data()) },
      log,
      code: custom === undefined ? undefined : parseInt(custom, 16),
      error: error === undefined ? undefined : (describeStop(log, this.programId) ?? String(error)),
      units: lines.units ?? meta.computeUnitsConsumed(),
    };
  }
}

function foreignResult(result: ExecutionResult, address: Uint8Array): ExecutionResult {
  const error = `0x${Buffer.from(address).toString("hex")} is a contract of another compilation, which this program cannot reach`;
  return { ...result, lines: { ...result.lines, failure: undefined }, error };
}

function dataOf(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.length > 0 ? Uint8Array.from(bytes) : undefined;
}

/** The 20-byte address of a key: the last 20 bytes of the Keccak-256 of its 32 bytes. */
export function addressOfKey(key: Uint8Array): Uint8Array {
  return keccak256(key).slice(12);
}

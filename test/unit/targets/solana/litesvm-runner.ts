/** Runs program images in LiteSVM, the real Solana runtime: one transaction with one instruction and no accounts. */
import {
  address,
  appendTransactionMessageInstructions,
  createTransactionMessage,
  generateKeyPairSigner,
  getAddressDecoder,
  lamports,
  setTransactionMessageFeePayerSigner,
  signTransactionMessageWithSigners,
  type Address,
} from "@solana/kit";
import { FailedTransactionMetadata, LiteSVM } from "litesvm";

const COMPUTE_BUDGET = address("ComputeBudget111111111111111111111111111111");

export interface LiteResult {
  readonly success: boolean;
  readonly returnData: Uint8Array;
  readonly logs: readonly string[];
  /** Of the program alone. */
  readonly computeUnits: number;
  readonly error?: string;
}

/** `requestHeapFrame` (1) and `setComputeUnitLimit` (2). */
function budget(kind: number, value: number): { programAddress: Address; data: Uint8Array } {
  const data = new Uint8Array(5);
  data[0] = kind;
  new DataView(data.buffer).setUint32(1, value, true);
  return { programAddress: COMPUTE_BUDGET, data };
}

export class LiteRunner {
  private readonly svm = new LiteSVM();
  private readonly programs = new Map<Uint8Array, Address>();
  private constructor(private readonly payer: Awaited<ReturnType<typeof generateKeyPairSigner>>) {}

  static async create(): Promise<LiteRunner> {
    const payer = await generateKeyPairSigner();
    const runner = new LiteRunner(payer);
    runner.svm.airdrop(payer.address, lamports(10n ** 12n));
    return runner;
  }

  /** Loads the image where it is new, and runs it. */
  async run(elf: Uint8Array, data: Uint8Array): Promise<LiteResult> {
    let program = this.programs.get(elf);
    if (program === undefined) {
      program = getAddressDecoder().decode(new Uint8Array(32).fill(this.programs.size + 7));
      this.svm.addProgram(program, elf);
      this.programs.set(elf, program);
    }
    this.svm.expireBlockhash();
    const message = appendTransactionMessageInstructions(
      [budget(1, 256 * 1024), budget(2, 1_400_000), { programAddress: program, data }],
      setTransactionMessageFeePayerSigner(this.payer, createTransactionMessage({ version: 0 })),
    );
    const transaction = await signTransactionMessageWithSigners(this.svm.setTransactionMessageLifetimeUsingLatestBlockhash(message));
    const result = this.svm.sendTransaction(transaction);
    const failed = result instanceof FailedTransactionMetadata;
    const meta = failed ? result.meta() : result;
    const logs = meta.logs();
    const consumed = logs.map((line) => /^Program (\S+) consumed (\d+) of/.exec(line)).find((m) => m?.[1] === program);
    return {
      success: !failed,
      returnData: meta.returnData().data(),
      logs,
      computeUnits: Number(consumed?.[2] ?? meta.computeUnitsConsumed()),
      ...(failed && { error: String(result.err()) }),
    };
  }
}

/** Compute units on Solana: an ERC-20 transfer of this compiler's program beside a transfer of the SPL Token program, both in LiteSVM. */
import { compile } from "../index.js";
import { createChain } from "../testing/index.js";
import type { Bench, Row } from "./report.js";

const TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
const MINT_SIZE = 82;
const ACCOUNT_SIZE = 165;

/** Compute units of one Transfer instruction of the SPL Token program that LiteSVM carries. */
async function splTransfer(): Promise<number> {
  const { LiteSVM, TransactionMetadata } = await import("litesvm");
  const kit = await import("@solana/kit");
  const svm = new LiteSVM();
  const payer = await kit.generateKeyPairSigner();
  svm.airdrop(payer.address, kit.lamports(10_000_000_000n));
  const program = kit.address(TOKEN_PROGRAM);
  const [mint, from, to] = await Promise.all([kit.generateKeyPairSigner(), kit.generateKeyPairSigner(), kit.generateKeyPairSigner()]);
  const encoder = kit.getAddressEncoder();
  const put = (address: typeof payer.address, data: Uint8Array): void => {
    svm.setAccount({ address, data, executable: false, lamports: kit.lamports(10_000_000n), programAddress: program, space: BigInt(data.length) });
  };
  // Layouts of the Token program's state: a mint with its supply and "initialized", accounts with mint, owner, amount, state.
  const mintData = new Uint8Array(MINT_SIZE);
  new DataView(mintData.buffer).setBigUint64(36, 1000n, true);
  mintData.set([6, 1], 44);
  put(mint.address, mintData);
  for (const [holder, amount] of [
    [from, 1000n],
    [to, 0n],
  ] as const) {
    const data = new Uint8Array(ACCOUNT_SIZE);
    data.set(encoder.encode(mint.address), 0);
    data.set(encoder.encode(payer.address), 32);
    new DataView(data.buffer).setBigUint64(64, amount, true);
    data[108] = 1;
    put(holder.address, data);
  }
  const data = new Uint8Array(9);
  data[0] = 3; // Transfer
  new DataView(data.buffer).setBigUint64(1, 5n, true);
  const instruction = {
    programAddress: program,
    accounts: [
      { address: from.address, role: kit.AccountRole.WRITABLE },
      { address: to.address, role: kit.AccountRole.WRITABLE },
      { address: payer.address, role: kit.AccountRole.READONLY_SIGNER },
    ],
    data,
  };
  const message = kit.appendTransactionMessageInstruction(
    instruction,
    svm.setTransactionMessageLifetimeUsingLatestBlockhash(kit.setTransactionMessageFeePayerSigner(payer, kit.createTransactionMessage({ version: 0 }))),
  );
  const result = svm.sendTransaction(await kit.signTransactionMessageWithSigners(message));
  if (!(result instanceof TransactionMetadata)) throw new Error("the SPL transfer failed");
  return Number(result.computeUnitsConsumed());
}

export const solanaUnits: Bench = {
  name: "solana-units",
  title: "compute units of token transactions in LiteSVM; peer: SPL Token transfer",
  async run() {
    const peer = await splTransfer();
    const { artifacts } = await compile({ sources: ["fixtures/solidity/SampleToken.sol"], targets: ["solana"] });
    const chain = await createChain("solana");
    const [alice, bob, carol] = chain.accounts as [{ address: string }, { address: string }, { address: string }];
    const token = await chain.deploy(artifacts.SampleToken!, { args: [alice.address, 10n ** 18n] });
    const rows: Row[] = [];
    const measure = async (name: string, fn: string, args: readonly unknown[], from: string): Promise<void> => {
      rows.push({ name, ours: Number((await token.send(fn, args, { from })).gasUsed), peer, unit: "compute units" });
    };
    await measure("mint", "mint", [alice.address, 10n ** 15n], alice.address);
    await measure("transfer to a new holder", "transfer", [bob.address, 5n], alice.address);
    await measure("transfer", "transfer", [bob.address, 5n], alice.address);
    await measure("approve", "approve", [carol.address, 100n], alice.address);
    await measure("transferFrom", "transferFrom", [alice.address, bob.address, 5n], carol.address);
    await chain.close();
    return rows;
  },
};

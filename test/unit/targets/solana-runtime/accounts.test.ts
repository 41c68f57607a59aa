/**
 * Who may say what about accounts: the program's checks of claims and signatures, with instructions that an honest client would
 * not make; the client's handling of other programs' contracts.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  AccountRole,
  address,
  appendTransactionMessageInstructions,
  compileTransaction,
  createTransactionMessage,
  generateKeyPairSigner,
  getAddressDecoder,
  getAddressEncoder,
  getProgramDerivedAddress,
  lamports,
  setTransactionMessageFeePayer,
  type Address,
} from "@solana/kit";
import { FailedTransactionMetadata, FeatureSet, LiteSVM } from "litesvm";
import { createChain, type TestContract } from "../../../../testing/index.js";
import { executionData, type NamedAccount } from "../../../../targets/solana/chain/instruction.js";
import { readLogLines } from "../../../../targets/solana/chain/log-lines.js";
import { addressOfKey } from "../../../../targets/solana/chain/client.js";
import { FAILURE, STATE_SEED } from "../../../../targets/solana/runtime/format.js";
import type { SolanaPart } from "../../../../targets/solana/lower.js";
import { compiled, deployed } from "./contracts.js";

const PROGRAM = getAddressDecoder().decode(new Uint8Array(32).fill(9));
const TARGET = new Uint8Array(20).fill(0x77);

interface Attempt {
  readonly named: readonly NamedAccount[];
  readonly senderRole?: AccountRole;
}

/** Sends a plain call of TARGET that names the accounts given; gives the failure's code, undefined for success. */
async function attempt({ named, senderRole = AccountRole.WRITABLE_SIGNER }: Attempt): Promise<number | undefined> {
  const svm = new LiteSVM().withFeatureSet(FeatureSet.allEnabled()).withBuiltins().withSigverify(false).withBlockhashCheck(false);
  const part = (await compiled())["Store"]!.targets["solana"] as unknown as SolanaPart;
  svm.addProgram(PROGRAM, Uint8Array.from(Buffer.from(part.program.slice(2), "hex")));
  const payer = await generateKeyPairSigner();
  const sender = await generateKeyPairSigner();
  for (const key of [payer.address, sender.address]) svm.airdrop(key, lamports(10n ** 12n));
  const instruction = {
    programAddress: PROGRAM,
    accounts: [
      { address: sender.address, role: senderRole },
      { address: payer.address, role: AccountRole.WRITABLE_SIGNER },
      { address: address("11111111111111111111111111111111"), role: AccountRole.READONLY },
      ...named.map((n) => ({ address: n.key as Address, role: AccountRole.WRITABLE })),
    ],
    data: executionData({ operation: "execute", lamports: 0n, target: TARGET, data: new Uint8Array() }, named, false),
  };
  const message = appendTransactionMessageInstructions(
    [heapFrame(), instruction],
    svm.setTransactionMessageLifetimeUsingLatestBlockhash(setTransactionMessageFeePayer(payer.address, createTransactionMessage({ version: 0 }))),
  );
  const result = svm.sendTransaction(compileTransaction(message));
  if (!(result instanceof FailedTransactionMetadata)) return undefined;
  return readLogLines(result.meta().logs(), PROGRAM).failure?.code ?? -1;
}

function heapFrame(): { programAddress: Address; data: Uint8Array } {
  const data = new Uint8Array(5);
  data[0] = 1;
  new DataView(data.buffer).setUint32(1, 256 * 1024, true);
  return { programAddress: address("ComputeBudget111111111111111111111111111111"), data };
}

describe("claims", () => {
  it("are accepted for the canonical account of an address and for a key", async () => {
    const [key] = await getProgramDerivedAddress({ programAddress: PROGRAM, seeds: [STATE_SEED, TARGET] });
    assert.equal(await attempt({ named: [{ address: TARGET, key, claimed: true }] }), undefined);
    const someone = await generateKeyPairSigner();
    const own = addressOfKey(Uint8Array.from(getAddressEncoder().encode(someone.address)));
    assert.equal(
      await attempt({
        named: [
          { address: TARGET, key, claimed: true },
          { address: own, key: someone.address, claimed: true },
        ],
      }),
      undefined,
    );
  });

  it("are refused where the account is another's", async () => {
    const someone = await generateKeyPairSigner();
    assert.equal(await attempt({ named: [{ address: TARGET, key: someone.address, claimed: true }] }), FAILURE.BAD_INSTRUCTION);
    const [other] = await getProgramDerivedAddress({ programAddress: PROGRAM, seeds: [STATE_SEED, new Uint8Array(20).fill(0x78)] });
    assert.equal(await attempt({ named: [{ address: TARGET, key: other, claimed: true }] }), FAILURE.BAD_INSTRUCTION);
  });

  it("are needed for every account that is touched", async () => {
    const [key] = await getProgramDerivedAddress({ programAddress: PROGRAM, seeds: [STATE_SEED, TARGET] });
    assert.equal(await attempt({ named: [] }), FAILURE.MISSING_ACCOUNT);
    assert.equal(await attempt({ named: [{ address: TARGET, key, claimed: false }] }), FAILURE.MISSING_ACCOUNT);
  });
});

describe("the sender", () => {
  it("must sign", async () => {
    const [key] = await getProgramDerivedAddress({ programAddress: PROGRAM, seeds: [STATE_SEED, TARGET] });
    assert.equal(await attempt({ named: [{ address: TARGET, key, claimed: true }], senderRole: AccountRole.WRITABLE }), FAILURE.BAD_INSTRUCTION);
  });

  it("must be one of the chain's accounts", async () => {
    const { contract, chain } = await deployed("Store");
    await assert.rejects(contract.send("write", [1, 1], { from: `0x${"12".repeat(20)}` }), /none of the chain's accounts/);
    await chain.close();
  });
});

describe("contracts of another compilation", () => {
  it("are refused by name, not taken for empty addresses", async () => {
    const chain = await createChain("solana");
    const { contract: store } = await deployed("Store", chain);
    const others = await compiled(
      "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.28; contract Other { function size(address a) external view returns (uint256) { return a.code.length; } }",
    );
    const other: TestContract = await chain.deploy(others["Other"]!);
    assert.equal(await other.call("size", [other.address]), 32n);
    await assert.rejects(other.call("size", [store.address]), /contract of another compilation/);
    await chain.close();
  });
});

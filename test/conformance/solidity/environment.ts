/** The surroundings that solc's semantic tests expect (its own test host's constants). */
import type { ChainEnvironment } from "../../../targets/target.js";

const FIRST_ACCOUNT = 0x1212121212121212121212121212120000000012n;
const ACCOUNT_DISTANCE = 0x1000n;

/** The address of account number `i`. */
export function accountAddress(i: number): string {
  return `0x${(FIRST_ACCOUNT + BigInt(i) * ACCOUNT_DISTANCE).toString(16).padStart(40, "0")}`;
}

export const ENVIRONMENT: ChainEnvironment = {
  accounts: [
    // The sender's nonce is one before the first deployment.
    ...Array.from({ length: 10 }, (_, i) => ({ address: accountAddress(i), balance: 1n << 100n, nonce: 1n })),
    // Precompiled contracts hold one wei.
    ...Array.from({ length: 8 }, (_, i) => ({ address: `0x${(i + 1).toString(16).padStart(40, "0")}`, balance: 1n })),
  ],
  chainId: 1n,
  coinbase: `0x${"78".repeat(20)}`,
  origin: `0x${"92".repeat(20)}`,
  gasPrice: 3_000_000_000n,
  baseFee: 7n,
  blobBaseFee: 1n,
  prevrandao: 0xa86c2e601b6c44eb4848f7d23d9df3113fbcac42041c49cbed5000cb4f118777n,
  blockGasLimit: 20_000_000n,
  transactionGas: 100_000_000n,
  genesisTime: 0n,
  blockTime: 15n,
  blobHashes: [(0x01n << 248n) | 0x01n, (0x01n << 248n) | 0x02n],
  blockHash: (number) => BigInt(`0x${"37".repeat(32)}`) + number,
};

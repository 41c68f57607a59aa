/** eth_config (EIP-7910): what the chain's fork has. There is one fork, from the genesis block on, and none to come. */
import { isPrecompile } from "../../../executor/messages.js";
import { addressHex, addressKeyOfInt } from "../../../store/keys.js";
import type { DevChain } from "../../chain/dev-chain.js";
import { hexBytes, quantity } from "../../encoding/hex.js";
import type { Methods } from "../params.js";

/** Precompiled contracts of Ethereum, by the names that EIP-7910 has for them. */
const PRECOMPILES: Readonly<Record<string, bigint>> = {
  ECREC: 0x01n,
  SHA256: 0x02n,
  RIPEMD160: 0x03n,
  ID: 0x04n,
  MODEXP: 0x05n,
  BN254_ADD: 0x06n,
  BN254_MUL: 0x07n,
  BN254_PAIRING: 0x08n,
  BLAKE2F: 0x09n,
  KZG_POINT_EVALUATION: 0x0an,
  BLS12_G1ADD: 0x0bn,
  BLS12_G1MSM: 0x0cn,
  BLS12_G2ADD: 0x0dn,
  BLS12_G2MSM: 0x0en,
  BLS12_PAIRING_CHECK: 0x0fn,
  BLS12_MAP_FP_TO_G1: 0x10n,
  BLS12_MAP_FP2_TO_G2: 0x11n,
  P256VERIFY: 0x100n,
};

export function configMethods(node: DevChain): Methods {
  return {
    eth_config(p) {
      p.atMost(0);
      const present = Object.entries(PRECOMPILES).map(([name, number]) => [name, addressKeyOfInt(number)] as const);
      const current = {
        activationTime: 0,
        // Blocks hold no blobs; the fraction, which must not be zero, is that of the fork whose headers blocks have.
        blobSchedule: { baseFeeUpdateFraction: 5_007_716, max: 0, target: 0 },
        chainId: quantity(node.chain.settings.chainId),
        forkId: `0x${crc32(hexBytes(node.chain.block(0)!.header.hash))
          .toString(16)
          .padStart(8, "0")}`,
        precompiles: Object.fromEntries(present.filter(([, address]) => isPrecompile(address)).map(([name, address]) => [name, addressHex(address)])),
        // Of beacon roots, deposits and the like: this chain has none.
        systemContracts: {},
      };
      return { current, next: null, last: null };
    },
  };
}

/** The checksum of which EIP-2124 makes a fork's hash: of the genesis block's hash alone where all forks begin with that. */
function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/**
 * Address lookup tables: accounts that list other accounts' keys, so that a transaction (of version 0) names each in one byte. On a cluster
 * the Address Lookup Table program makes them; LiteSVM is given the account as it would be.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Address } from "@solana/kit";
import type { LiteSVM } from "litesvm";
import type { Packages } from "./packages.js";

const PROGRAM = "AddressLookupTab1e1111111111111111111111111";
/** Header of a table: kind (4 bytes, 1), slot of its deactivation (8, the highest: none), of its last extension (8), the rest of 56 bytes zero. */
const HEADER_SIZE = 56;
const KIND = 1;
const KEY_SIZE = 32;

/** Makes sure that a table of these keys exists; gives its address, which depends on the keys alone. */
export function placeLookupTable({ kit }: Packages, svm: LiteSVM, keys: readonly Address[]): Address {
  const encoder = kit.getAddressEncoder();
  const data = new Uint8Array(HEADER_SIZE + KEY_SIZE * keys.length);
  const view = new DataView(data.buffer);
  view.setUint32(0, KIND, true);
  view.setBigUint64(4, 2n ** 64n - 1n, true);
  keys.forEach((key, i) => data.set(encoder.encode(key), HEADER_SIZE + KEY_SIZE * i));
  const address = kit.getAddressDecoder().decode(sha256(data));
  if (!svm.getAccount(address).exists) {
    const lamports = kit.lamports(svm.minimumBalanceForRentExemption(BigInt(data.length)));
    svm.setAccount({ address, data, executable: false, lamports, programAddress: kit.address(PROGRAM), space: BigInt(data.length) });
  }
  return address;
}

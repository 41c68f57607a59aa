/** EIP-55: capital letters of an address carry a checksum. */
import { keccak256 } from "../../../machine/keccak.js";

/** The 0x-hex form with checksum of 40 lower-case hex digits. */
export function getChecksumAddress(hex: string): string {
  const hash = Buffer.from(keccak256(new TextEncoder().encode(hex))).toString("hex");
  return `0x${Array.from(hex, (digit, i) => (parseInt(hash[i]!, 16) >= 8 ? digit.toUpperCase() : digit)).join("")}`;
}

/** Gas of the precompiled contracts (yellow paper, appendix E; EIP-1108, -152, -2565 with -7883, -7951). */
import { bytesToInt, sliceZeroPadded } from "../../machine/bytes.js";

function words(input: Uint8Array): number {
  return Math.ceil(input.length / 32);
}

/** Gas of one call; undefined where no such contract exists. */
export function precompileGas(address: number, input: Uint8Array): number | undefined {
  switch (address) {
    case 1:
      return 3000;
    case 2:
      return 60 + 12 * words(input);
    case 3:
      return 600 + 120 * words(input);
    case 4:
      return 15 + 3 * words(input);
    case 5:
      return modexpGas(input);
    case 6:
      return 150;
    case 7:
      return 6000;
    case 8:
      return 45_000 + 34_000 * Math.floor(input.length / 192);
    case 9:
      return input.length >= 4 ? Number(bytesToInt(input.subarray(0, 4))) : 0;
    case 0x100:
      return 6900;
    default:
      return undefined;
  }
}

/** EIP-7883. */
function modexpGas(input: Uint8Array): number {
  const [base, exponent, modulus] = [0n, 32n, 64n].map((at) => bytesToInt(sliceZeroPadded(input, at, 32))) as [bigint, bigint, bigint];
  if (base > 1024n || exponent > 1024n || modulus > 1024n) return Number.MAX_SAFE_INTEGER; // EIP-7823: fails whatever is paid
  const longest = Math.max(Number(base), Number(modulus));
  const complexity = longest <= 32 ? 16 : 2 * Math.ceil(longest / 8) ** 2;
  const head = bytesToInt(sliceZeroPadded(input, 96n + base, Math.min(32, Number(exponent))));
  const bits = head === 0n ? 0 : head.toString(2).length - 1;
  const iterations = exponent <= 32n ? bits : 16 * (Number(exponent) - 32) + bits;
  return Math.max(500, complexity * Math.max(1, iterations));
}

/** The kernels' module on its own, with bigint in and out: 256-bit operands go in as four limbs, results come from the first limb and the globals. */
import { HOST_MODULE } from "../../../runtime/host/abi.js";
import { HOST_IMPORTS } from "../../../targets/supervm/host-imports.js";
import { kernelModule } from "../../../targets/supervm/kernels.js";

export const MODULUS = 1n << 256n;
const LIMB = 64n;

type Kernel = (...args: (bigint | number)[]) => bigint | number | undefined;

const refuse = (name: string) => () => {
  throw new Error(`a kernel called the host: ${name}`);
};
const imports = { [HOST_MODULE]: Object.fromEntries(HOST_IMPORTS.map(({ name }) => [name, refuse(name)])) };
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(kernelModule()), imports);

export const kernelMemory = exports.memory as WebAssembly.Memory;

export function limbs(value: bigint): bigint[] {
  return [0n, 1n, 2n, 3n].map((i) => BigInt.asUintN(64, value >> (LIMB * i)));
}

function global(name: string): bigint {
  return BigInt.asUintN(64, BigInt((exports[name] as WebAssembly.Global).value));
}

/** Calls a kernel; its first limb. */
export function raw(name: string, ...args: (bigint | number)[]): bigint {
  return BigInt.asUintN(64, BigInt((exports[name] as Kernel)(...args) ?? 0n));
}

/** Calls a kernel with 256-bit operands, then `more`; the 256-bit result. */
export function wide(name: string, operands: readonly bigint[], ...more: (bigint | number)[]): bigint {
  const low = raw(name, ...operands.flatMap(limbs), ...more);
  return low | (global("r1") << LIMB) | (global("r2") << (2n * LIMB)) | (global("r3") << (3n * LIMB));
}

/** The flag of the last checked kernel. */
export const overflowed = (): boolean => global("overflow") !== 0n;

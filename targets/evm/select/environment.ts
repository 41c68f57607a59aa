/** Storage, the environment, other accounts, external calls, creation and logs. */
import type { Inst, ValueId } from "../../../compiler/ir/module.js";
import { hasOpcode } from "../hardfork.js";
import { EVERYTHING, Region, type Word } from "../lir/lir.js";
import type { Handler, Selection } from "./context.js";
import { regionOf } from "./memory.js";

/** An opcode without operands that costs no more than a copy of its result: pushed anew at each use. */
const read =
  (name: string, bits: number): Handler =>
  (s, inst) => {
    if (!hasOpcode(s.unit.fork, name)) s.unit.refuse(name, inst);
    s.set(inst, s.b.func.push({ kind: "op", name }, bits));
  };

/** An opcode whose operands are clean words. */
const plain =
  (name: string, reads: number, writes: number, bits = 256): Handler =>
  (s, inst) => {
    if (!hasOpcode(s.unit.fork, name)) s.unit.refuse(name, inst);
    const word = s.b.effect(
      name,
      inst.args.map((arg) => s.clean(arg)),
      { reads, writes },
      bits,
    );
    if (inst.results.length > 0) s.set(inst, word);
  };

/** keccak256(key . base), by way of two words of memory. */
const slotMap: Handler = (s, inst) => {
  const { b } = s;
  const [key, base] = [s.clean(inst.args[0]!), s.clean(inst.args[1]!)];
  const { first, second, region } = s.scratchWords(inst);
  b.effect("MSTORE", [second, base], { writes: region });
  b.effect("MSTORE", [first, key], { writes: region });
  s.set(inst, b.effect("KECCAK256", [first, b.const(0x40)], { reads: region }));
};

const slotArray: Handler = (s, inst) => {
  const { b } = s;
  const { first, region } = s.scratchWords(inst);
  b.effect("MSTORE", [first, s.clean(inst.args[0]!)], { writes: region });
  s.set(inst, b.effect("KECCAK256", [first, b.const(0x20)], { reads: region }));
};

/** The base is put behind the key's bytes for the time of the hash. */
const slotMapBytes: Handler = (s, inst) => {
  const { b } = s;
  const [address, length] = inst.args as [ValueId, ValueId];
  const region = regionOf(s, address, undefined) | Region.heap;
  const [start, size] = [s.address(address), s.address(length)];
  const end = b.op("ADD", start, size);
  const kept = b.effect("MLOAD", [end], { reads: region });
  b.effect("MSTORE", [end, s.clean(inst.args[2]!)], { writes: region });
  s.set(inst, b.effect("KECCAK256", [start, b.op("ADD", size, b.const(32))], { reads: region }));
  b.effect("MSTORE", [end, kept], { writes: region });
};

function immutableSlot(s: Selection, inst: Inst): Word {
  const index = s.unit.module.immutables.findIndex((immutable) => immutable.name === inst.imm.immutable);
  return s.b.func.push({ kind: "slot", area: "immutables", index }, 32);
}

/** In creation code immutables are reserved memory words, which are zero at first; in runtime code parts of the code. */
const immutableLoad: Handler = (s, inst) => {
  if (s.unit.creation) s.set(inst, s.b.effect("MLOAD", [immutableSlot(s, inst)], { reads: Region.immutables }));
  else s.set(inst, s.b.func.push({ kind: "immutable", name: inst.imm.immutable! }, 256));
};

const immutableStore: Handler = (s, inst) => {
  // Runtime code reaches a function that assigns immutables only where the frontend shares it; there it has no effect to keep.
  if (s.unit.creation) s.b.effect("MSTORE", [immutableSlot(s, inst), s.clean(inst.args[0]!)], { writes: Region.immutables });
  else s.b.trapIf(s.b.const(1), "invalid");
};

const selfBalance: Handler = (s, inst) => {
  if (hasOpcode(s.unit.fork, "SELFBALANCE")) s.set(inst, s.b.effect("SELFBALANCE", [], { reads: Region.world }));
  else s.set(inst, s.b.effect("BALANCE", [s.b.func.push({ kind: "op", name: "ADDRESS" }, 160)], { reads: Region.world }));
};

const extCodeCopy: Handler = (s, inst) => {
  const [account, to, offset, length] = inst.args as [ValueId, ValueId, ValueId, ValueId];
  const writes = regionOf(s, to, s.constantOf(length));
  s.b.effect("EXTCODECOPY", [s.clean(account), s.address(to), s.clean(offset), s.address(length)], { reads: Region.world, writes });
};

/** External calls may reenter and change everything but this frame's memory outside the output range. */
function external(name: string): Handler {
  return (s, inst) => {
    const call = name.endsWith("CALL") || name === "CALLCODE";
    const words = inst.args.map((arg) => (s.typeOf(arg) === 64 ? s.address(arg) : s.clean(arg)));
    const output = call ? inst.args.length - 2 : -1;
    const writes = Region.storage | Region.transient | Region.world | Region.returndata | (call ? regionOf(s, inst.args[output]!, s.constantOf(inst.args[output + 1]!)) : 0);
    const effects = { reads: EVERYTHING & ~Region.transfer, writes };
    if (name === "STATICCALL" && !hasOpcode(s.unit.fork, name)) {
      // Before byzantium nothing enforces read-only calls; solc uses CALL there as well.
      words.splice(2, 0, s.b.const(0));
      s.set(inst, s.b.effect("CALL", words, effects, 1));
      return;
    }
    if (!hasOpcode(s.unit.fork, name)) s.unit.refuse(name, inst);
    s.set(inst, s.b.effect(name, words, effects, call ? 1 : 160));
  };
}

const log: Handler = (s, inst) => {
  const [address, length, ...topics] = inst.args as [ValueId, ValueId, ...ValueId[]];
  const words = [s.address(address), s.address(length), ...topics.map((topic) => s.clean(topic))];
  s.b.effect(`LOG${topics.length}`, words, { reads: regionOf(s, address, s.constantOf(length)), writes: Region.world });
};

export const ENVIRONMENT_OPS: Readonly<Record<string, Handler>> = {
  "storage.load": plain("SLOAD", Region.storage, 0),
  "storage.store": plain("SSTORE", 0, Region.storage),
  "transient.load": plain("TLOAD", Region.transient, 0),
  "transient.store": plain("TSTORE", 0, Region.transient),
  "slot.map": slotMap,
  "slot.map.bytes": slotMapBytes,
  "slot.array": slotArray,
  "immutable.load": immutableLoad,
  "immutable.store": immutableStore,
  "env.address": read("ADDRESS", 160),
  "env.caller": read("CALLER", 160),
  "env.origin": read("ORIGIN", 160),
  "env.value": read("CALLVALUE", 256),
  "env.gasprice": read("GASPRICE", 256),
  "env.coinbase": read("COINBASE", 160),
  "env.timestamp": read("TIMESTAMP", 64),
  "env.number": read("NUMBER", 64),
  "env.gaslimit": read("GASLIMIT", 64),
  "env.chainid": read("CHAINID", 256),
  "env.basefee": read("BASEFEE", 256),
  "env.blobbasefee": read("BLOBBASEFEE", 256),
  "env.prevrandao": read("PREVRANDAO", 256),
  "env.blockhash": plain("BLOCKHASH", 0, 0),
  "env.blobhash": plain("BLOBHASH", 0, 0),
  "env.gas": (s, inst) => s.set(inst, s.b.effect("GAS", [], {}, 64)),
  "env.balance": plain("BALANCE", Region.world, 0),
  "env.selfbalance": selfBalance,
  "extcode.size": plain("EXTCODESIZE", Region.world, 0, 64),
  "extcode.hash": plain("EXTCODEHASH", Region.world, 0),
  "extcode.copy": extCodeCopy,
  "library.address": (s, inst) => s.set(inst, s.b.func.push({ kind: "library", name: inst.imm.library! }, 160)),
  "ext.call": external("CALL"),
  "ext.callcode": external("CALLCODE"),
  "ext.delegatecall": external("DELEGATECALL"),
  "ext.staticcall": external("STATICCALL"),
  "ext.create": external("CREATE"),
  "ext.create2": external("CREATE2"),
  log,
};

/**
 * Writes the ELF file that Solana's loaders accept.
 *
 *   v3 (SIMD-0189): file header, two program headers, read-only data at address 0, code at 1 << 32. Nothing else.
 *   v0: sections .text, .rodata, .dynamic, .rel.dyn, .dynsym, .dynstr, .shstrtab. Addresses equal file offsets; the
 *       loader maps them at 1 << 32. Syscalls are relocations (R_BPF_64_32) against undefined symbols; addresses of read-only
 *       data are written absolute, so that they need no relocation.
 *
 * Facts: the ELF specification; the loader's rules in anza-xyz/sbpf (elf.rs, elf_parser).
 */
import { InternalError } from "../../../compiler/diagnostics/diagnostic.js";
import type { Assembly } from "./assembler.js";
import { INSTRUCTION_SIZE, type SbpfVersion } from "./opcodes.js";

const EHDR_SIZE = 64;
const PHDR_SIZE = 56;
const SHDR_SIZE = 64;
const SYM_SIZE = 24;
const REL_SIZE = 16;
const DYN_SIZE = 16;
/** Seven entries and the end mark. */
const DYN_ENTRIES = 8;
const CODE_BASE = 1n << 32n;

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PF_X = 1;
const PF_W = 2;
const PF_R = 4;

/** The machine number of BPF, and Solana's own; strict loaders (v3) want the former. */
const EM_BPF = 247;

/** @param data read-only data; references of the assembly are offsets into it. */
export function writeElf(assembly: Assembly, data: Uint8Array, entry: string, version: SbpfVersion): Uint8Array {
  const entryIndex = assembly.functions.get(entry);
  if (entryIndex === undefined) throw new InternalError(`the entry '${entry}' is not defined`);
  return version === "v3" ? writeV3(assembly, data, entryIndex) : writeV0(assembly, data, entryIndex);
}

const align8 = (n: number): number => (n + 7) & ~7;

/** Code with the read-only data at an absolute address. */
function placeData(assembly: Assembly, base: bigint): Uint8Array {
  const code = assembly.code.slice();
  const view = new DataView(code.buffer);
  for (const { index, offset } of assembly.dataReferences) {
    const address = base + BigInt(offset);
    view.setInt32(index * INSTRUCTION_SIZE + 4, Number(BigInt.asIntN(32, address)), true);
    view.setInt32((index + 1) * INSTRUCTION_SIZE + 4, Number(address >> 32n), true);
  }
  return code;
}

interface ElfHeader {
  entry: bigint;
  flags: number;
  programHeaders: number;
  sectionOffset: number;
  sections: number;
}

function fileHeader(view: DataView, h: ElfHeader): void {
  [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1].forEach((byte, i) => view.setUint8(i, byte)); // 64 bits, little-endian, version 1
  view.setUint16(16, 3, true); // ET_DYN
  view.setUint16(18, EM_BPF, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, h.entry, true);
  view.setBigUint64(32, BigInt(EHDR_SIZE), true);
  view.setBigUint64(40, BigInt(h.sectionOffset), true);
  view.setUint32(48, h.flags, true);
  view.setUint16(52, EHDR_SIZE, true);
  view.setUint16(54, PHDR_SIZE, true);
  view.setUint16(56, h.programHeaders, true);
  view.setUint16(58, SHDR_SIZE, true);
  view.setUint16(60, h.sections, true);
  view.setUint16(62, h.sections > 0 ? h.sections - 1 : 0, true); // .shstrtab is the last section
}

function programHeader(view: DataView, index: number, type: number, flags: number, offset: number, address: bigint, size: number): void {
  const at = EHDR_SIZE + index * PHDR_SIZE;
  view.setUint32(at, type, true);
  view.setUint32(at + 4, flags, true);
  view.setBigUint64(at + 8, BigInt(offset), true);
  view.setBigUint64(at + 16, address, true);
  view.setBigUint64(at + 24, address, true);
  view.setBigUint64(at + 32, BigInt(size), true);
  view.setBigUint64(at + 40, BigInt(size), true);
  view.setBigUint64(at + 48, 8n, true);
}

function writeV3(assembly: Assembly, data: Uint8Array, entryIndex: number): Uint8Array {
  const withData = data.length > 0;
  const headers = withData ? 2 : 1;
  const dataOffset = EHDR_SIZE + headers * PHDR_SIZE;
  const dataSize = align8(data.length);
  const codeOffset = dataOffset + dataSize;
  const code = placeData(assembly, 0n);
  const out = new Uint8Array(codeOffset + code.length);
  const view = new DataView(out.buffer);
  const entry = CODE_BASE + BigInt(entryIndex * INSTRUCTION_SIZE);
  fileHeader(view, { entry, flags: 3, programHeaders: headers, sectionOffset: 0, sections: 0 });
  if (withData) programHeader(view, 0, PT_LOAD, PF_R, dataOffset, 0n, dataSize);
  programHeader(view, headers - 1, PT_LOAD, PF_X, codeOffset, CODE_BASE, code.length);
  out.set(data, dataOffset);
  out.set(code, codeOffset);
  return out;
}

interface Section {
  name: string;
  type: number;
  flags: number;
  content: Uint8Array;
  link?: number;
  info?: number;
  entrySize?: number;
  loaded: boolean;
  /** Set by layout. */
  offset: number;
}

/** Offsets of names in a string table. */
class StringTable {
  private readonly bytes: number[] = [0];
  private readonly known = new Map<string, number>();
  add(text: string): number {
    let offset = this.known.get(text);
    if (offset === undefined) {
      offset = this.bytes.length;
      this.known.set(text, offset);
      this.bytes.push(...new TextEncoder().encode(text), 0);
    }
    return offset;
  }
  get content(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}

const SHF_ALLOC = 2;
const SHF_EXEC = 4;
const SHF_WRITE = 1;

function writeV0(assembly: Assembly, data: Uint8Array, entryIndex: number): Uint8Array {
  const names = new StringTable();
  const symbols = [...new Set(assembly.syscallReferences.map((r) => r.name))];
  const dynsym = new Uint8Array(SYM_SIZE * (symbols.length + 1));
  symbols.forEach((symbol, i) => {
    const view = new DataView(dynsym.buffer, SYM_SIZE * (i + 1));
    view.setUint32(0, names.add(symbol), true);
    view.setUint8(4, 0x10); // global, no type, undefined section
  });
  const section = (name: string, type: number, flags: number, content: Uint8Array, more: Partial<Section> = {}): Section => ({
    name,
    type,
    flags,
    content,
    loaded: flags !== 0,
    offset: 0,
    ...more,
  });
  const rel = new Uint8Array(REL_SIZE * assembly.syscallReferences.length);
  const text = section(".text", 1, SHF_ALLOC | SHF_EXEC, assembly.code);
  const rodata = section(".rodata", 1, SHF_ALLOC, data.length > 0 ? data : new Uint8Array(8));
  // Section numbers: 0 null, 1 .text, 2 .rodata, 3 .dynamic, 4 .rel.dyn, 5 .dynsym, 6 .dynstr, 7 .shstrtab
  const dynamic: DynamicSections = {
    dynamic: section(".dynamic", 6, SHF_ALLOC | SHF_WRITE, new Uint8Array(DYN_SIZE * DYN_ENTRIES), { link: 6, entrySize: DYN_SIZE }),
    rel: section(".rel.dyn", 9, SHF_ALLOC, rel, { link: 5, entrySize: REL_SIZE }),
    dynsym: section(".dynsym", 11, SHF_ALLOC, dynsym, { link: 6, info: 1, entrySize: SYM_SIZE }),
    dynstr: section(".dynstr", 3, SHF_ALLOC, names.content),
  };
  const shstrtab = section(".shstrtab", 3, 0, new Uint8Array(0));
  // Without syscalls there is nothing to relocate, and the loader refuses empty tables.
  return assembleV0(assembly, { text, rodata, shstrtab, dynamic: symbols.length > 0 ? dynamic : undefined }, symbols, entryIndex);
}

interface DynamicSections {
  readonly dynamic: Section;
  readonly rel: Section;
  readonly dynsym: Section;
  readonly dynstr: Section;
}

interface SectionsV0 {
  readonly text: Section;
  readonly rodata: Section;
  readonly shstrtab: Section;
  readonly dynamic: DynamicSections | undefined;
}

function assembleV0(assembly: Assembly, parts: SectionsV0, symbols: readonly string[], entryIndex: number): Uint8Array {
  const { text, rodata, shstrtab, dynamic } = parts;
  const sections = [text, rodata, ...(dynamic ? [dynamic.dynamic, dynamic.rel, dynamic.dynsym, dynamic.dynstr] : []), shstrtab];
  const sectionNames = new StringTable();
  const nameOffsets = sections.map((s) => sectionNames.add(s.name));
  shstrtab.content = sectionNames.content;
  const programHeaders = dynamic ? 3 : 1;
  let offset = EHDR_SIZE + programHeaders * PHDR_SIZE;
  for (const s of sections) {
    s.offset = offset;
    offset = align8(offset + s.content.length);
  }
  text.content = placeData(assembly, CODE_BASE + BigInt(rodata.offset));
  if (dynamic) {
    fillDynamic(dynamic);
    fillRelocations(dynamic.rel.content, assembly, text.offset, symbols);
  }
  const sectionOffset = offset;
  const out = new Uint8Array(sectionOffset + SHDR_SIZE * (sections.length + 1));
  const view = new DataView(out.buffer);
  const entry = BigInt(text.offset + entryIndex * INSTRUCTION_SIZE);
  fileHeader(view, { entry, flags: 0, programHeaders, sectionOffset, sections: sections.length + 1 });
  programHeader(view, 0, PT_LOAD, PF_R | PF_X, text.offset, BigInt(text.offset), rodata.offset + rodata.content.length - text.offset);
  if (dynamic) {
    const { offset: start, content } = dynamic.dynamic;
    const end = dynamic.dynstr.offset + dynamic.dynstr.content.length;
    programHeader(view, 1, PT_LOAD, PF_R | PF_W, start, BigInt(start), end - start);
    programHeader(view, 2, PT_DYNAMIC, PF_R | PF_W, start, BigInt(start), content.length);
  }
  sections.forEach((s, i) => {
    out.set(s.content, s.offset);
    sectionHeader(view, sectionOffset + SHDR_SIZE * (i + 1), s, nameOffsets[i]!);
  });
  return out;
}

function sectionHeader(view: DataView, at: number, s: Section, name: number): void {
  view.setUint32(at, name, true);
  view.setUint32(at + 4, s.type, true);
  view.setBigUint64(at + 8, BigInt(s.flags), true);
  view.setBigUint64(at + 16, BigInt(s.loaded ? s.offset : 0), true);
  view.setBigUint64(at + 24, BigInt(s.offset), true);
  view.setBigUint64(at + 32, BigInt(s.content.length), true);
  view.setUint32(at + 40, s.link ?? 0, true);
  view.setUint32(at + 44, s.info ?? 0, true);
  view.setBigUint64(at + 48, s.loaded ? 8n : 1n, true);
  view.setBigUint64(at + 56, BigInt(s.entrySize ?? 0), true);
}

function fillDynamic({ dynamic, rel, dynsym, dynstr }: DynamicSections): void {
  const DT = { STRTAB: 5, SYMTAB: 6, STRSZ: 10, SYMENT: 11, REL: 17, RELSZ: 18, RELENT: 19 };
  const entries: [number, number][] = [
    [DT.REL, rel.offset],
    [DT.RELSZ, rel.content.length],
    [DT.RELENT, REL_SIZE],
    [DT.SYMTAB, dynsym.offset],
    [DT.SYMENT, SYM_SIZE],
    [DT.STRTAB, dynstr.offset],
    [DT.STRSZ, dynstr.content.length],
  ];
  const view = new DataView(dynamic.content.buffer);
  entries.forEach(([tag, value], i) => {
    view.setBigUint64(i * DYN_SIZE, BigInt(tag), true);
    view.setBigUint64(i * DYN_SIZE + 8, BigInt(value), true);
  });
}

function fillRelocations(content: Uint8Array, assembly: Assembly, textOffset: number, symbols: readonly string[]): void {
  const R_BPF_64_32 = 10n;
  const numbers = new Map(symbols.map((symbol, i) => [symbol, BigInt(i + 1)]));
  const view = new DataView(content.buffer);
  assembly.syscallReferences.forEach(({ index, name }, i) => {
    view.setBigUint64(i * REL_SIZE, BigInt(textOffset + index * INSTRUCTION_SIZE), true);
    view.setBigUint64(i * REL_SIZE + 8, (numbers.get(name)! << 32n) | R_BPF_64_32, true);
  });
}

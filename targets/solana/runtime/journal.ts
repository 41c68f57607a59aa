/**
 * The journal: what an inner contract frame changed, so that its revert can undo it. Entries form a list, newest first:
 *
 *   0  previous entry    8  address of the changed cells, plus 1 where they are a quad and not a single word    16  old content
 *
 * The outermost frame needs no entries: where it reverts, the transaction fails and Solana drops everything. Entries of
 * inner frames that ended well are kept for their callers, and reused once the outermost frame runs again.
 */
import { LirBuilder } from "../lir/builder.js";
import type { LirProgram } from "../lir/instruction.js";
import { copyQuad, globals, loadGlobal, RT } from "./cells.js";
import { MEMORY } from "./memory.js";

const PREVIOUS = 0;
const WHERE = 8;
const OLD = 16;
const ENTRY_SIZE = 48n;
const QUAD = 1n;

export const JOURNAL = {
  /** (address): remembers the word there. */
  word: "rt.journal_word",
  /** (address): remembers the quad there. */
  quad: "rt.journal_quad",
  /** (mark): undoes everything newer than that entry. */
  undo: "rt.journal_undo",
  /** (): drops all entries; the outermost frame runs. */
  commit: "rt.journal_commit",
} as const;

export function defineJournal(program: LirProgram): void {
  defineRemember(program, JOURNAL.word, false);
  defineRemember(program, JOURNAL.quad, true);
  defineUndo(program);
  defineCommit(program);
}

function defineRemember(program: LirProgram, name: string, quad: boolean): void {
  const f = new LirBuilder(program, name, 1);
  const at = f.param(0);
  const g = globals(f);
  f.if("eq", f.load(8, g, RT.DEPTH), 0n, () => f.ret([]));
  const entry = f.copy(f.load(8, g, RT.JOURNAL_FREE));
  f.if(
    "ne",
    entry,
    0n,
    () => f.store(8, g, RT.JOURNAL_FREE, f.load(8, entry, PREVIOUS)),
    () => f.set(entry, f.call1(MEMORY.alloc, [ENTRY_SIZE])),
  );
  f.store(8, entry, PREVIOUS, f.load(8, g, RT.JOURNAL));
  f.store(8, entry, WHERE, quad ? f.add(at, QUAD) : at);
  if (quad) copyQuad(f, entry, OLD, at, 0);
  else f.store(8, entry, OLD, f.load(8, at, 0));
  f.store(8, g, RT.JOURNAL, entry);
  f.ret([]);
  f.finish();
}

function defineUndo(program: LirProgram): void {
  const f = new LirBuilder(program, JOURNAL.undo, 1);
  const g = globals(f);
  const entry = f.copy(f.load(8, g, RT.JOURNAL));
  f.while(
    () => ["ne", entry, f.param(0)],
    () => {
      const where = f.load(8, entry, WHERE);
      f.if(
        "test",
        where,
        QUAD,
        () => copyQuad(f, f.sub(where, QUAD), 0, entry, OLD),
        () => f.store(8, where, 0, f.load(8, entry, OLD)),
      );
      recycle(f, entry);
    },
  );
  f.store(8, g, RT.JOURNAL, entry);
  f.ret([]);
  f.finish();
}

function defineCommit(program: LirProgram): void {
  const f = new LirBuilder(program, JOURNAL.commit, 0);
  const entry = f.copy(loadGlobal(f, RT.JOURNAL));
  f.while(
    () => ["ne", entry, 0n],
    () => recycle(f, entry),
  );
  f.store(8, globals(f), RT.JOURNAL, 0n);
  f.ret([]);
  f.finish();
}

/** Puts an entry on the free list and steps to the one before it. */
function recycle(f: LirBuilder, entry: ReturnType<LirBuilder["reg"]>): void {
  const g = globals(f);
  const previous = f.load(8, entry, PREVIOUS);
  f.store(8, entry, PREVIOUS, f.load(8, g, RT.JOURNAL_FREE));
  f.store(8, g, RT.JOURNAL_FREE, entry);
  f.set(entry, previous);
}

/**
 * The solc package, made faster for thousands of calls: its code looks a function up in a WebAssembly table at each C++ call that may throw, and
 * such a lookup costs V8 more than the call. Functions found once are remembered; a table that changes is looked up anew.
 */
import { createRequire } from "node:module";

interface Solc {
  compile(input: string): string;
}

/** What tables of WebAssembly have that matters here; the type library of Node.js does not describe it. */
interface Table {
  readonly length: number;
  get: (this: Table, index: number) => unknown;
  set: (this: Table, index: number, value?: unknown) => void;
}

const require = createRequire(import.meta.url);
let isPrepared = false;

export function solc(): Solc {
  if (!isPrepared) rememberFunctions();
  isPrepared = true;
  return require("solc") as Solc;
}

/** A WebAssembly instance that has trapped is of no further use: the next call makes a new one. */
export function reloadSolc(): void {
  for (const file of Object.keys(require.cache)) if (/[\\/]node_modules[\\/]solc[\\/]/.test(file)) Reflect.deleteProperty(require.cache, file);
}

function rememberFunctions(): void {
  const { prototype } = (globalThis as unknown as { WebAssembly: { Table: { prototype: Table } } }).WebAssembly.Table;
  const { get, set } = prototype;
  const found = Symbol("functions found");
  type Remembering = Table & { [found]?: unknown[] | undefined };
  prototype.get = function (this: Remembering, index) {
    // As long as the table, so that V8 keeps it as a plain list.
    const functions = (this[found] ??= new Array<unknown>(this.length));
    return (functions[index] ??= get.call(this, index));
  };
  prototype.set = function (this: Remembering, ...args) {
    this[found] = undefined;
    set.apply(this, args);
  };
}

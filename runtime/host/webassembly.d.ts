/** The part of the WebAssembly JavaScript interface that the host uses; Node.js has it, its type package leaves it to the DOM's. */
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean;
  class Module {
    constructor(bytes: Uint8Array);
    static exports(module: Module): { name: string; kind: string }[];
    static imports(module: Module): { module: string; name: string; kind: string }[];
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
    /** Grows by so many pages of 64 KiB; gives the size before in pages. */
    grow(pages: number): number;
  }
  class Global {
    value: number | bigint;
  }
  type Exports = Record<string, Memory | Global | ((...args: number[]) => number | bigint | undefined)>;
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Exports;
  }
  class RuntimeError extends Error {}
  class LinkError extends Error {}
}

/** The modules of a durable chain: read and compiled when a contract first runs in this process. */
import { CodeError, CodeRegistry, compileModule, type ModuleEntry } from "../../host/code.js";
import { prefixRange } from "../../store/durable/kv.js";
import type { WriteQueue } from "../../store/durable/write-queue.js";
import { RecordReader, RecordWriter } from "../../store/durable/records.js";
import type { StoredModule } from "./backend.js";
import { hashKey, PREFIX } from "./layout.js";

const IDENTITY_SIZE = 32;

export class StoredModules extends CodeRegistry {
  constructor(private readonly queue: WriteQueue) {
    super();
  }

  override get(identity: Uint8Array): ModuleEntry | undefined {
    const known = super.get(identity);
    if (known) return known;
    const record = this.queue.get(hashKey(PREFIX.MODULE, identity));
    if (!record) return undefined;
    const { bytes, references } = readModule(Uint8Array.from(identity), record);
    try {
      const entry = compileModule(Uint8Array.from(identity), bytes, references, this.guards);
      this.register([entry]);
      return entry;
    } catch (error) {
      // A version before this one took it: its accounts have code that does not run.
      if (error instanceof CodeError) return undefined;
      throw error;
    }
  }

  /** Puts a module into the queue. */
  save(module: ModuleEntry): void {
    const record = new RecordWriter().number(module.references.length);
    for (const reference of module.references) record.fixed(reference);
    this.queue.put(hashKey(PREFIX.MODULE, module.identity), record.fixed(module.bytes).finish());
  }

  /** All modules that were saved, in the order of their identities. */
  *stored(): Generator<StoredModule> {
    for (const [key, record] of this.queue.entries(prefixRange(Uint8Array.of(PREFIX.MODULE)))) yield readModule(Uint8Array.from(key.subarray(1)), record);
  }
}

function readModule(identity: Uint8Array, record: Uint8Array): StoredModule {
  const reader = new RecordReader(record);
  const count = reader.number();
  const references = Array.from({ length: count }, () => Uint8Array.from(reader.fixed(IDENTITY_SIZE)));
  return { identity, bytes: Uint8Array.from(reader.rest()), references };
}

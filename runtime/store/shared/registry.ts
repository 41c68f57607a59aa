/** The modules of a shared state, as the executor takes them. */
import { CodeRegistry, type ModuleEntry } from "../../host/code.js";
import { keyOf } from "../keys.js";
import { OWNER_MODULE } from "./layout.js";
import type { SharedState } from "./state.js";

export class SharedRegistry extends CodeRegistry {
  constructor(private readonly state: SharedState) {
    super();
  }

  override get(identity: Uint8Array): ModuleEntry | undefined {
    const index = this.state.table.findWord(OWNER_MODULE, keyOf(identity));
    return index === 0 ? undefined : this.state.moduleAt(index);
  }

  override register(modules: readonly ModuleEntry[]): void {
    this.state.register(modules);
  }
}

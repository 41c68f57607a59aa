/** The state of lowering inline assembly: Yul's scopes of variables and functions, loops, and `leave`. */
import { InternalError } from "../../../../diagnostics/diagnostic.js";
import type { Builder } from "../../../../ir/builder.js";
import type { LocalId } from "../../../../ir/module.js";
import type { YulFunctionDefinition } from "../../syntax/ast.js";
import type { Body, Loop } from "../body.js";

/** A Yul function with the scope that it is declared in. */
export interface YulFunction {
  readonly definition: YulFunctionDefinition;
  readonly scope: YulScope;
}

/** Names of one block. Variables are not visible through a function's border, functions are. */
export class YulScope {
  readonly variables = new Map<string, LocalId>();
  readonly functions = new Map<string, YulFunction>();

  constructor(
    readonly parent: YulScope | undefined,
    readonly isFunction: boolean,
  ) {}

  variable(name: string): LocalId | undefined {
    const own = this.variables.get(name);
    if (own !== undefined || this.isFunction) return own;
    return this.parent?.variable(name);
  }

  function(name: string): YulFunction | undefined {
    return this.functions.get(name) ?? this.parent?.function(name);
  }
}

export class YulState {
  loop: Loop | undefined;
  leave: () => void = () => {
    throw new InternalError("leave outside a function");
  };

  constructor(
    readonly f: Body,
    public scope: YulScope,
  ) {}

  get b(): Builder {
    return this.f.b;
  }

  /** Runs `body` in a fresh scope. */
  inScope(body: () => void): void {
    const outer = this.scope;
    this.scope = new YulScope(outer, false);
    body();
    this.scope = outer;
  }

  inLoop(loop: Loop, body: () => void): void {
    const outer = this.loop;
    this.loop = loop;
    body();
    this.loop = outer;
  }
}

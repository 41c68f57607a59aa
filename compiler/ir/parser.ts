/**
 * Reads the IR's text form (printer.ts describes it). The parser checks syntax and that instructions, values and blocks exist; types,
 * dominance and signatures are the verifier's. It throws {@link IrParseError}, with line and column, on the first fault.
 */
import type { SourceFile, Span } from "../base/span.js";
import { IrParseError, tokenize, type Token, type TokenKind } from "./lexer.js";
import { Func, Module, type Block, type BlockId, type Immediates, type Inst, type LocalId, type Target, type ValueId } from "./module.js";
import { isType, OPS, type ImmediateKind, type Type } from "./ops.js";

export interface ParseOptions {
  /** Source files by id, for spans; without them spans are read and dropped. */
  readonly sources?: readonly SourceFile[];
}

/** Reads one module. */
export function parseModule(source: string, options: ParseOptions = {}): Module {
  return new ModuleParser(source, options).module();
}

/** Tokens with one token of lookahead, and what modules and functions share. */
class TokenStream {
  private readonly tokens: Token[];
  private position = 0;

  constructor(
    source: string,
    private readonly options: ParseOptions,
  ) {
    this.tokens = tokenize(source);
  }

  get next(): Token {
    return this.tokens[this.position]!;
  }

  fail(message: string, token: Token = this.next): never {
    throw new IrParseError(message, token.line, token.column);
  }

  take(kind: TokenKind, what: string): Token {
    const token = this.next;
    if (token.kind !== kind) this.fail(`expected ${what}, found '${token.text}'`);
    this.position++;
    return token;
  }

  is(text: string): boolean {
    return (this.next.kind === "punct" || this.next.kind === "word") && this.next.text === text;
  }

  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.position++;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail(`expected '${text}', found '${this.next.text}'`);
  }

  /** `int` of any size. */
  int(what: string): bigint {
    return BigInt(this.take("int", what).text);
  }

  /** A symbol without sigil: plain or in quotes. */
  name(what: string): string {
    return this.next.kind === "string" ? this.take("string", what).text : this.take("word", what).text;
  }

  type(): Type {
    const token = this.take("word", "a type");
    const bits = /^i([1-9]\d*)$/.exec(token.text);
    if (!bits || !isType(Number(bits[1]))) this.fail(`'${token.text}' is no type`, token);
    return Number(bits[1]);
  }

  span(): Span | undefined {
    if (this.next.kind !== "span") return undefined;
    const token = this.take("span", "a span");
    const [id, start, end] = token.text.split(":").map(Number) as [number, number, number];
    if (!this.options.sources) return undefined;
    const file = this.options.sources.find((f) => f.id === id);
    if (!file) this.fail(`no source file has the id ${id}`, token);
    return { file, start, end };
  }

  /** Items separated by commas, up to `close`, which is consumed. */
  list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    if (this.accept(close)) return items;
    do items.push(item());
    while (this.accept(","));
    this.expect(close);
    return items;
  }
}

class ModuleParser {
  private readonly input: TokenStream;

  constructor(source: string, options: ParseOptions) {
    this.input = new TokenStream(source, options);
  }

  module(): Module {
    const input = this.input;
    input.expect("module");
    const module = new Module(input.take("string", "the module's name in quotes").text);
    if (input.accept("library")) module.kind = "library";
    else input.expect("contract");
    input.expect("creation");
    module.creation = input.take("func", "a function").text;
    input.expect("runtime");
    module.runtime = input.take("func", "a function").text;
    while (input.next.kind !== "end") this.item(module);
    return module;
  }

  private item(module: Module): void {
    const input = this.input;
    const start = input.next;
    if (input.accept("immutable")) {
      const name = input.name("the immutable's name");
      const sourceType = input.next.kind === "string" ? input.take("string", "a type").text : undefined;
      const astId = input.next.kind === "int" ? Number(input.int("an id")) : undefined;
      module.immutables.push({ name, ...(sourceType === undefined ? {} : { sourceType }), ...(astId === undefined ? {} : { astId }) });
    } else if (input.accept("data")) {
      const name = input.take("dollar", "a segment's name").text;
      if (module.data.has(name)) input.fail(`the segment $${name} is defined twice`, start);
      const hex = input.take("hex", 'hex"..."');
      if (hex.text.length % 2 !== 0) input.fail("an odd number of hexadecimal digits", hex);
      module.data.set(name, Uint8Array.from(Buffer.from(hex.text, "hex")));
    } else if (input.accept("func")) {
      const func = new FuncParser(this.input).func();
      if (module.funcs.has(func.name)) input.fail(`the function @${func.name} is defined twice`, start);
      module.addFunc(func);
    } else {
      input.fail(`expected 'immutable', 'data' or 'func', found '${start.text}'`);
    }
  }
}

class FuncParser {
  private readonly defined = new Set<number>();
  private readonly used = new Map<number, Token>();
  private readonly jumped = new Map<number, Token>();
  private readonly blocks = new Map<number, Block>();
  private target!: Func;

  constructor(private readonly input: TokenStream) {}

  func(): Func {
    const input = this.input;
    const name = input.take("func", "the function's name").text;
    input.expect("(");
    const params = input.list(")", () => this.typed());
    const results = input.accept("->") ? (input.expect("("), input.list(")", () => input.type())) : [];
    this.target = new Func(name, [], results);
    for (const [value, type, token] of params) this.target.params.push(this.define(value, type, token));
    if (input.accept("inline")) this.advice();
    input.expect("{");
    this.target.span = input.span();
    while (input.is("local")) this.local();
    while (!input.accept("}")) this.block();
    this.resolve();
    return this.target;
  }

  private advice(): void {
    const token = this.input.take("word", "'always' or 'never'");
    if (token.text !== "always" && token.text !== "never") this.input.fail(`unknown inlining advice '${token.text}'`, token);
    this.target.inline = token.text;
  }

  private local(): void {
    const input = this.input;
    input.expect("local");
    const id = input.take("dollar", "the local's number");
    if (id.text !== String(this.target.locals.length)) input.fail(`expected $${this.target.locals.length}, found $${id.text}`, id);
    const type = input.type();
    this.target.newLocal(input.take("string", "the local's name in quotes").text, type);
  }

  private block(): void {
    const input = this.input;
    const label = this.blockId();
    if (this.blocks.has(label.id)) input.fail(`the block b${label.id} is defined twice`, label.token);
    const params = input.accept("(") ? input.list(")", () => this.typed()) : [];
    input.expect(":");
    const block: Block = { id: label.id, params: params.map(([v, t, token]) => this.define(v, t, token)), insts: [] };
    this.blocks.set(label.id, block);
    this.target.blocks.push(block);
    this.target.reserveBlockId(label.id + 1);
    while (!input.is("}") && !this.atLabel()) block.insts.push(this.inst());
  }

  private atLabel(): boolean {
    const { kind, text } = this.input.next;
    if (kind === "end") this.input.fail("the function has no '}'");
    return kind === "word" && /^b\d+$/.test(text);
  }

  private blockId(): { id: BlockId; token: Token } {
    const token = this.input.take("word", "a block");
    const found = /^b(\d+)$/.exec(token.text);
    if (!found) this.input.fail(`expected a block, found '${token.text}'`, token);
    return { id: Number(found[1]) as BlockId, token };
  }

  private inst(): Inst {
    const input: TokenStream = this.input; // annotated, so that the checker sees that fail() does not return
    const results: ValueId[] = [];
    if (input.next.kind === "value") {
      do {
        const [value, type, token] = this.typed();
        results.push(this.define(value, type, token));
      } while (input.accept(","));
      input.expect("=");
    }
    const token = input.take("word", "an instruction");
    const info = OPS.get(token.text);
    if (!info) input.fail(`no instruction is called '${token.text}'`, token);
    const imm: Immediates = {};
    for (const kind of info.immediates) this.immediate(kind, imm);
    const inst: Inst = { op: info.name, args: [], results, imm, targets: [] };
    // Operands begin on the instruction's line: a value at the start of a line is the next one's result.
    if (input.next.line === token.line) this.operands(inst);
    if (info.name === "switch") inst.cases ??= [];
    inst.span = input.span();
    return inst;
  }

  /** Values, targets and a case list, separated by commas; the verifier checks their number. */
  private operands(inst: Inst): void {
    const input = this.input;
    if (input.next.kind !== "value" && !this.atTarget(inst) && !input.is("[")) return;
    do {
      if (input.next.kind === "value") inst.args.push(this.use());
      else if (input.accept("[")) this.cases(inst);
      else inst.targets.push(this.jumpTarget());
    } while (input.accept(","));
  }

  /** `ret` in front of a label has no operands, but `jump b1` has: only instructions with successors read targets. */
  private atTarget(inst: Inst): boolean {
    return OPS.get(inst.op)!.targets !== 0 && this.atLabel();
  }

  private cases(inst: Inst): void {
    inst.cases = [];
    for (const [value, to] of this.input.list("]", () => this.arm())) {
      inst.cases.push(value);
      inst.targets.push(to);
    }
  }

  private arm(): [bigint, Target] {
    const value = this.input.int("a case value");
    this.input.expect(":");
    return [value, this.jumpTarget()];
  }

  private jumpTarget(): Target {
    const { id, token } = this.blockId();
    if (!this.jumped.has(id)) this.jumped.set(id, token);
    return { block: id, args: this.input.accept("(") ? this.input.list(")", () => this.use()) : [] };
  }

  private immediate(kind: ImmediateKind, imm: Immediates): void {
    const input = this.input;
    switch (kind) {
      case "int":
        imm.int = input.int("an integer");
        return;
      case "code":
        imm.code = Number(input.int("a code"));
        return;
      case "local": {
        const token = input.take("dollar", "a local");
        if (!/^\d+$/.test(token.text)) input.fail(`expected a local's number, found $${token.text}`, token);
        imm.local = Number(token.text) as LocalId;
        return;
      }
      case "func":
        imm.func = input.take("func", "a function").text;
        return;
      case "data":
        imm.data = input.take("dollar", "a segment").text;
        return;
      case "object":
        imm.object = input.take("string", "a contract's full name in quotes").text;
        return;
      case "library":
        imm.library = input.take("string", "a library's full name in quotes").text;
        return;
      case "immutable":
        imm.immutable = input.name("an immutable");
        return;
      case "string":
        input.take("string", "a string");
    }
  }

  private typed(): [ValueId, Type, Token] {
    const token = this.input.take("value", "a value");
    this.input.expect(":");
    return [Number(token.text) as ValueId, this.input.type(), token];
  }

  private define(value: ValueId, type: Type, token: Token): ValueId {
    if (this.defined.has(value)) this.input.fail(`%${value} is defined twice`, token);
    if (value > 10_000_000) this.input.fail(`the number of %${value} is too large`, token);
    this.defined.add(value);
    // Numbers that the text skips become values without a definition, which nothing can use.
    while (this.target.valueTypes.length <= value) this.target.newValue(256);
    this.target.valueTypes[value] = type;
    return value;
  }

  private use(): ValueId {
    const token = this.input.take("value", "a value");
    const value = Number(token.text);
    if (!this.used.has(value)) this.used.set(value, token);
    return value as ValueId;
  }

  private resolve(): void {
    for (const [value, token] of this.used) if (!this.defined.has(value)) this.input.fail(`%${value} is not defined`, token);
    for (const [block, token] of this.jumped) if (!this.blocks.has(block)) this.input.fail(`b${block} is not defined`, token);
  }
}

/**
 * Token kinds, keywords by language line, and operator precedences.
 *
 * A kind is a small integer. Words that the grammar never tells apart share one kind and are told apart by their
 * text: sized types (`ElementaryType`), units (`SubDenomination`), and words reserved for the future (`Reserved`).
 */
import { isBefore, type LanguageLine } from "./language.js";

export enum Token {
  EndOfSource = 1,
  /** What the lexer could not read and has reported; only pragmas ever see it. */
  Illegal,
  Identifier,
  Number,
  StringLiteral,
  UnicodeStringLiteral,
  HexStringLiteral,

  LParen,
  RParen,
  LBrack,
  RBrack,
  LBrace,
  RBrace,
  Colon,
  Semicolon,
  Period,
  Comma,
  Conditional,
  DoubleArrow,
  RightArrow,
  /** `:=` */
  AssemblyAssign,

  /* Assignment operators: a contiguous range, see isAssignment. */
  Assign,
  AssignBitOr,
  AssignBitXor,
  AssignBitAnd,
  AssignShl,
  AssignSar,
  AssignShr,
  AssignAdd,
  AssignSub,
  AssignMul,
  AssignDiv,
  AssignMod,

  Or,
  And,
  BitOr,
  BitXor,
  BitAnd,
  Shl,
  Sar,
  Shr,
  Add,
  Sub,
  Mul,
  Div,
  Mod,
  Exp,
  Equal,
  NotEqual,
  LessThan,
  GreaterThan,
  LessThanOrEqual,
  GreaterThanOrEqual,

  Not,
  BitNot,
  Inc,
  Dec,

  /* Keywords from here on. */
  Delete,
  Abstract,
  Anonymous,
  As,
  Assembly,
  Break,
  Catch,
  Constant,
  Constructor,
  Continue,
  Contract,
  Do,
  Else,
  Enum,
  Emit,
  Event,
  External,
  Fallback,
  For,
  Function,
  Hex,
  If,
  Indexed,
  Interface,
  Internal,
  Immutable,
  Import,
  Is,
  Library,
  Mapping,
  Memory,
  Modifier,
  New,
  Override,
  Payable,
  Public,
  Pragma,
  Private,
  Pure,
  Receive,
  Return,
  Returns,
  Storage,
  CallData,
  Struct,
  Throw,
  Try,
  Type,
  Unchecked,
  Unicode,
  Using,
  View,
  Virtual,
  While,
  Var,
  True,
  False,
  SubDenomination,
  Address,
  /** Every elementary type but `address`. */
  ElementaryType,
  Reserved,

  /* Keywords of inline assembly only. */
  Case,
  Default,
  Leave,
  Let,
  Switch,
}

/** Spelling of operators and punctuation, for messages. */
const symbols: Readonly<Record<string, Token>> = {
  "(": Token.LParen,
  ")": Token.RParen,
  "[": Token.LBrack,
  "]": Token.RBrack,
  "{": Token.LBrace,
  "}": Token.RBrace,
  ":": Token.Colon,
  ";": Token.Semicolon,
  ".": Token.Period,
  ",": Token.Comma,
  "?": Token.Conditional,
  "=>": Token.DoubleArrow,
  "->": Token.RightArrow,
  ":=": Token.AssemblyAssign,
  "=": Token.Assign,
  "|=": Token.AssignBitOr,
  "^=": Token.AssignBitXor,
  "&=": Token.AssignBitAnd,
  "<<=": Token.AssignShl,
  ">>=": Token.AssignSar,
  ">>>=": Token.AssignShr,
  "+=": Token.AssignAdd,
  "-=": Token.AssignSub,
  "*=": Token.AssignMul,
  "/=": Token.AssignDiv,
  "%=": Token.AssignMod,
  "||": Token.Or,
  "&&": Token.And,
  "|": Token.BitOr,
  "^": Token.BitXor,
  "&": Token.BitAnd,
  "<<": Token.Shl,
  ">>": Token.Sar,
  ">>>": Token.Shr,
  "+": Token.Add,
  "-": Token.Sub,
  "*": Token.Mul,
  "/": Token.Div,
  "%": Token.Mod,
  "**": Token.Exp,
  "==": Token.Equal,
  "!=": Token.NotEqual,
  "<": Token.LessThan,
  ">": Token.GreaterThan,
  "<=": Token.LessThanOrEqual,
  ">=": Token.GreaterThanOrEqual,
  "!": Token.Not,
  "~": Token.BitNot,
  "++": Token.Inc,
  "--": Token.Dec,
};

const keywords: Readonly<Record<string, Token>> = {
  delete: Token.Delete,
  abstract: Token.Abstract,
  anonymous: Token.Anonymous,
  as: Token.As,
  assembly: Token.Assembly,
  break: Token.Break,
  catch: Token.Catch,
  constant: Token.Constant,
  constructor: Token.Constructor,
  continue: Token.Continue,
  contract: Token.Contract,
  do: Token.Do,
  else: Token.Else,
  enum: Token.Enum,
  emit: Token.Emit,
  event: Token.Event,
  external: Token.External,
  fallback: Token.Fallback,
  for: Token.For,
  function: Token.Function,
  hex: Token.Hex,
  if: Token.If,
  indexed: Token.Indexed,
  interface: Token.Interface,
  internal: Token.Internal,
  immutable: Token.Immutable,
  import: Token.Import,
  is: Token.Is,
  library: Token.Library,
  mapping: Token.Mapping,
  memory: Token.Memory,
  modifier: Token.Modifier,
  new: Token.New,
  override: Token.Override,
  payable: Token.Payable,
  public: Token.Public,
  pragma: Token.Pragma,
  private: Token.Private,
  pure: Token.Pure,
  receive: Token.Receive,
  return: Token.Return,
  returns: Token.Returns,
  storage: Token.Storage,
  calldata: Token.CallData,
  struct: Token.Struct,
  throw: Token.Throw,
  try: Token.Try,
  type: Token.Type,
  unchecked: Token.Unchecked,
  unicode: Token.Unicode,
  using: Token.Using,
  view: Token.View,
  virtual: Token.Virtual,
  while: Token.While,
  var: Token.Var,
  true: Token.True,
  false: Token.False,
  address: Token.Address,
};

const units = ["wei", "gwei", "ether", "seconds", "minutes", "hours", "days", "weeks", "years"];

const reserved = [
  "after",
  "alias",
  "apply",
  "auto",
  "byte",
  "case",
  "copyof",
  "default",
  "define",
  "final",
  "implements",
  "in",
  "inline",
  "let",
  "macro",
  "match",
  "mutable",
  "null",
  "of",
  "partial",
  "promise",
  "reference",
  "relocatable",
  "sealed",
  "sizeof",
  "static",
  "supports",
  "switch",
  "typedef",
  "typeof",
];

const yulKeywords: Readonly<Record<string, Token>> = {
  function: Token.Function,
  let: Token.Let,
  if: Token.If,
  switch: Token.Switch,
  case: Token.Case,
  default: Token.Default,
  for: Token.For,
  break: Token.Break,
  continue: Token.Continue,
  true: Token.True,
  false: Token.False,
  hex: Token.Hex,
};

/** Words of one language line, or of Yul within it, in an open-addressed table; see {@link wordHash}. */
export class KeywordTable {
  private static readonly size = 1024;
  /** `Illegal` marks a free slot: no word is of that kind. */
  private readonly kinds: Token[] = new Array<Token>(KeywordTable.size).fill(Token.Illegal);
  private readonly hashes = new Int32Array(KeywordTable.size);
  private readonly words: string[] = new Array<string>(KeywordTable.size).fill("");

  constructor(entries: ReadonlyMap<string, Token>) {
    for (const [word, kind] of entries) {
      const hash = wordHash(word);
      let slot = KeywordTable.slotOf(hash);
      while (this.kinds[slot] !== Token.Illegal) slot = (slot + 1) & (KeywordTable.size - 1);
      this.kinds[slot] = kind;
      this.hashes[slot] = hash;
      this.words[slot] = word;
    }
  }

  private static slotOf(hash: number): number {
    return (hash ^ (hash >>> 10)) & (KeywordTable.size - 1);
  }

  /** Kind of the word `text[start, end)` whose hash is `hash`; `Identifier` if it is no keyword. */
  find(text: string, start: number, end: number, hash: number): Token {
    let slot = KeywordTable.slotOf(hash);
    for (;;) {
      const kind = this.kinds[slot]!;
      if (kind === Token.Illegal) return Token.Identifier;
      if (this.hashes[slot] === hash) {
        const word = this.words[slot]!;
        if (word.length === end - start && text.startsWith(word, start)) return kind;
      }
      slot = (slot + 1) & (KeywordTable.size - 1);
    }
  }
}

/** The hash that the lexer computes along with the scan of a word: `h = h * 31 + c` in 32 bits. */
export function wordHash(word: string): number {
  let hash = 0;
  for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0;
  return hash;
}

function sizedTypes(): string[] {
  const names = ["int", "uint", "bytes", "string", "bool", "fixed", "ufixed"];
  for (let bits = 8; bits <= 256; bits += 8) names.push(`int${bits}`, `uint${bits}`);
  for (let bytes = 1; bytes <= 32; bytes++) names.push(`bytes${bytes}`);
  return names;
}

/** Words that are keywords in only some of the lines. */
function solidityWords(line: LanguageLine): Map<string, Token> {
  const words = new Map(Object.entries(keywords));
  for (const word of reserved) words.set(word, Token.Reserved);
  for (const unit of units) words.set(unit, Token.SubDenomination);
  for (const type of sizedTypes()) words.set(type, Token.ElementaryType);
  if (isBefore(line, "0.8")) {
    words.set("byte", Token.ElementaryType);
    words.set("unchecked", Token.Reserved);
  }
  if (isBefore(line, "0.7")) {
    words.set("finney", Token.SubDenomination);
    words.set("szabo", Token.SubDenomination);
    words.delete("unicode");
    // 0.6 knows it behind numbers only.
    words.delete("gwei");
  }
  if (isBefore(line, "0.6")) {
    for (const word of ["abstract", "catch", "immutable", "override", "try"]) words.set(word, Token.Reserved);
    for (const word of ["fallback", "receive", "virtual"]) words.delete(word);
  }
  return words;
}

function yulWords(line: LanguageLine): Map<string, Token> {
  const words = new Map(Object.entries(yulKeywords));
  if (!isBefore(line, "0.6")) words.set("leave", Token.Leave);
  return words;
}

/** The keyword tables of a language line, built on first use. */
export interface Vocabulary {
  readonly solidity: KeywordTable;
  readonly yul: KeywordTable;
}

const vocabularies = new Map<LanguageLine, Vocabulary>();

export function vocabularyOf(line: LanguageLine): Vocabulary {
  let vocabulary = vocabularies.get(line);
  if (!vocabulary) {
    vocabulary = { solidity: new KeywordTable(solidityWords(line)), yul: new KeywordTable(yulWords(line)) };
    vocabularies.set(line, vocabulary);
  }
  return vocabulary;
}

/** Whether a word is `fixedMxN` or `ufixedMxN` with sizes that solc accepts; too many to list in a table. */
export function isFixedPointType(word: string): boolean {
  const match = /^u?fixed([1-9]\d{0,2})x(0|[1-9]\d?)$/.exec(word);
  if (!match) return false;
  const bits = Number(match[1]);
  return bits % 8 === 0 && bits >= 8 && bits <= 256 && Number(match[2]) <= 80;
}

export function isAssignment(kind: Token): boolean {
  return kind >= Token.Assign && kind <= Token.AssignMod;
}

export function isElementaryType(kind: Token): boolean {
  return kind === Token.ElementaryType || kind === Token.Address;
}

export function isLocation(kind: Token): boolean {
  return kind === Token.Memory || kind === Token.Storage || kind === Token.CallData;
}

export function isStateMutability(kind: Token): boolean {
  return kind === Token.Pure || kind === Token.View || kind === Token.Payable;
}

/** Precedence of each binary operator by kind, 0 for all else; solc's numbers. */
export const precedences: Uint8Array = (() => {
  const table = new Uint8Array(256);
  const levels: readonly (readonly [number, readonly Token[]])[] = [
    [4, [Token.Or]],
    [5, [Token.And]],
    [6, [Token.Equal, Token.NotEqual]],
    [7, [Token.LessThan, Token.GreaterThan, Token.LessThanOrEqual, Token.GreaterThanOrEqual]],
    [8, [Token.BitOr]],
    [9, [Token.BitXor]],
    [10, [Token.BitAnd]],
    [11, [Token.Shl, Token.Sar, Token.Shr]],
    [12, [Token.Add, Token.Sub]],
    [13, [Token.Mul, Token.Div, Token.Mod]],
    [14, [Token.Exp]],
  ];
  for (const [precedence, kinds] of levels) for (const kind of kinds) table[kind] = precedence;
  return table;
})();

/** The lowest precedence a binary operator has. */
export const lowestPrecedence = 4;

const spellings: readonly (string | undefined)[] = (() => {
  const table: (string | undefined)[] = [];
  for (const [spelling, kind] of Object.entries({ ...symbols, ...yulKeywords, ...keywords })) table[kind] = spelling;
  table[Token.Leave] = "leave";
  return table;
})();

/** The one spelling of a kind; undefined for kinds with many (identifiers, literals, sized types). */
export function spellingOf(kind: Token): string | undefined {
  return spellings[kind];
}

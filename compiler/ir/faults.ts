/**
 * What can be wrong with a module: one class a broken invariant, so that a test of the verifier (or a fuzzer) asserts which one it hit.
 * Each names function, block and instruction as the text form prints them.
 */

export interface FaultPlace {
  readonly func?: string;
  readonly block?: number;
  /** The instruction's text. */
  readonly inst?: string;
}

export abstract class IrFault {
  constructor(
    readonly message: string,
    readonly place: FaultPlace,
  ) {}

  /** One line: `@f b2 "%3: i8 = add %1, %2": operand 1 ...`. */
  toString(): string {
    const { func, block, inst } = this.place;
    const where = [func === undefined ? "" : `@${func}`, block === undefined ? "" : `b${block}`, inst === undefined ? "" : `\`${inst}\``];
    return [`${this.constructor.name}:`, ...where.filter((w) => w !== ""), this.message].join(" ");
  }
}

/** The module's entries exist and take and return nothing; names are unique. */
export class ModuleFault extends IrFault {}
/** The operation is in the instruction table. */
export class UnknownOpFault extends IrFault {}
/** An instruction has as many operands, results and successors as its row says. */
export class ArityFault extends IrFault {}
/** Operand types match their row's patterns. */
export class OperandTypeFault extends IrFault {}
/** Result types match their row's patterns, and conversions change the width in their direction. */
export class ResultTypeFault extends IrFault {}
/** Immediates are present, and what they name exists. */
export class ImmediateFault extends IrFault {}
/** Arguments and results of a call match the callee's signature; returned values match the function's. */
export class SignatureFault extends IrFault {}
/** A block ends in its only terminator. */
export class TerminatorFault extends IrFault {}
/** Successors exist, and get arguments of their parameters' types; the entry is no successor and has no parameters. */
export class TargetFault extends IrFault {}
/** Case values of a switch are distinct and within the operand's type. */
export class SwitchFault extends IrFault {}
/** A value has one definition. */
export class DefinitionFault extends IrFault {}
/** A definition dominates every use. */
export class DominanceFault extends IrFault {}
/** No local variables remain (after mem2reg). */
export class LocalsFault extends IrFault {}

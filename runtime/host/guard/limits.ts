/**
 * How large the parts of a guarded module may be, so that reading, compiling and running one takes no more than its bytes are worth. Compiled
 * contracts stay far below all of these; engines' own limits lie above and differ from engine to engine, which is why the guard has its own.
 */
export const LIMITS = {
  TYPES: 1_000,
  PARAMETERS: 200,
  RESULTS: 50,
  FUNCTIONS: 20_000,
  GLOBALS: 1_000,
  SEGMENTS: 20_000,
  /** Bytes of one function. */
  BODY: 1_000_000,
  /** Of one function, parameters included. */
  LOCALS: 10_000,
  /** Blocks within blocks. */
  NESTING: 2_000,
  /** Values on the operand stack of one function. */
  OPERANDS: 2_000,
  /** Labels of one br_table. */
  LABELS: 10_000,
} as const;

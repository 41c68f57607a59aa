/**
 * Which Solidity variables inline assembly assigns. Assembly sees a variable as a whole word and may leave bits beyond the variable's
 * type in it (`value := shl(96, value)`), which later assembly reads back and Solidity code ignores. Such variables are kept as words:
 *
 *   local $v i256    assembly: plain reads and writes    Solidity: fromWord(local.get $v), local.set $v toWord(x)
 */
import { forEachChild, type FunctionDefinition, type ModifierDefinition, type Node, type VariableDeclaration } from "../../syntax/ast.js";
import type { CheckedProgram } from "../../semantics/program.js";

export class AssignedVariables {
  private readonly scanned = new Set<Node>();
  private readonly assigned = new Set<VariableDeclaration>();

  constructor(private readonly program: CheckedProgram) {}

  /** Looks through a function or modifier; to be called before any of its variables is declared. */
  scan(definition: FunctionDefinition | ModifierDefinition): void {
    if (this.scanned.has(definition) || !definition.body) return;
    this.scanned.add(definition);
    this.visit(definition.body);
  }

  has(variable: VariableDeclaration): boolean {
    return this.assigned.has(variable);
  }

  private visit(node: Node): void {
    if (node.kind === "YulAssignment")
      for (const target of node.targets) {
        const declaration = this.program.yulReference(target)?.declaration;
        if (declaration?.kind === "VariableDeclaration") this.assigned.add(declaration);
      }
    forEachChild(node, (child) => this.visit(child));
  }
}

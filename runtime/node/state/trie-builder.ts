/**
 * Builds a trie from leaves that come in the order of their keys, in one pass and with little memory: only the branches on the way to the newest leaf are
 * open. A node is handed out when nothing can come below it any more, and from then on what was given back for it stands in its parent.
 *
 *   add(1234), add(1256), add(20ff)   ->  leaf 4.., leaf 6.., branch at 123 or 12, ...   finish() -> the root
 *
 * Why it is right: with the leaf before and the leaf after it known, where a leaf hangs is decided (below the deeper of the two places at which the
 * neighbours part from it), and a branch is complete when a leaf comes that parts from its path above it.
 */
import { commonLength } from "./trie.js";
import { PlainBranch, type LoadedNode, type StoredNode } from "./trie-nodes.js";

interface OpenBranch<T> {
  /** Half bytes of the path above it. */
  readonly depth: number;
  readonly children: (StoredNode<T> | undefined)[];
}

interface WaitingLeaf<T> {
  readonly path: Uint8Array;
  readonly value: Uint8Array;
  readonly entry: T;
}

export class TrieBuilder<T> {
  /** From the root down. */
  private readonly open: OpenBranch<T>[] = [];
  /** The newest leaf: where it hangs depends on the next. */
  private waiting: WaitingLeaf<T> | undefined;

  /** @param keep Takes a complete node, such as into a store; what it gives stands for the node. */
  constructor(private readonly keep: (node: LoadedNode<T>) => StoredNode<T>) {}

  /** Adds a leaf. Throws RangeError where its path is not behind the one before. */
  add(path: Uint8Array, value: Uint8Array, entry: T): void {
    const { waiting } = this;
    if (waiting) {
      const shared = commonLength(waiting.path, path);
      if (shared === path.length || path[shared]! < waiting.path[shared]!) throw new RangeError("the keys of a trie that is built must come in order");
      this.place(waiting, shared);
      this.closeBelow(waiting.path, shared);
    }
    this.waiting = { path, value, entry };
  }

  /** The root of the trie; undefined where nothing was added. */
  finish(): StoredNode<T> | undefined {
    const { waiting, open, keep } = this;
    this.waiting = undefined;
    if (!waiting) return undefined;
    const [root] = open;
    if (!root) return keep({ kind: "leaf", ...waiting });
    this.place(waiting, 0);
    this.closeBelow(waiting.path, root.depth);
    open.pop();
    return this.extended(waiting.path.subarray(0, root.depth), keep(new PlainBranch(root.children)));
  }

  /** Hangs a leaf below the deeper of the branch that is open and the one where the next leaf parts from it. */
  private place({ path, value, entry }: WaitingLeaf<T>, parting: number): void {
    const { open } = this;
    let parent = open[open.length - 1];
    if (!parent || parent.depth < parting) open.push((parent = emptyBranch(parting)));
    parent.children[path[parent.depth]!] = this.keep({ kind: "leaf", path: path.subarray(parent.depth + 1), value, entry });
  }

  /** Closes all branches deeper than a place on a path, and opens one there for what they become. */
  private closeBelow(path: Uint8Array, depth: number): void {
    const { open } = this;
    for (let top = open[open.length - 1]!; top.depth > depth; top = open[open.length - 1]!) {
      open.pop();
      let parent = open[open.length - 1];
      if (!parent || parent.depth < depth) open.push((parent = emptyBranch(depth)));
      const node = this.keep(new PlainBranch(top.children));
      parent.children[path[parent.depth]!] = this.extended(path.subarray(parent.depth + 1, top.depth), node);
    }
  }

  private extended(path: Uint8Array, child: StoredNode<T>): StoredNode<T> {
    return path.length === 0 ? child : this.keep({ kind: "extension", path: path.slice(), child });
  }
}

function emptyBranch<T>(depth: number): OpenBranch<T> {
  return { depth, children: new Array<StoredNode<T> | undefined>(16).fill(undefined) };
}

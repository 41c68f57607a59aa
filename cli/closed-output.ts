/**
 * Readers that go away before a command has said everything: `supervm inspect Token.sol wat | head`, or a node whose log nobody collects any more. What is
 * said then is lost and nothing else: a command ends as it would have, and a node goes on.
 */
import type { Writable } from "node:stream";

export function ignoreClosedReader(stream: Writable): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

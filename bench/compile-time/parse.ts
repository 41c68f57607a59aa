/** Parsing alone: all of OpenZeppelin, in MB a second, beside solc that stops after parsing. */
import fs from "node:fs";
import path from "node:path";
import { DiagnosticSink } from "../../compiler/diagnostics/diagnostic.js";
import { parseSource } from "../../compiler/frontends/solidity/syntax/parse.js";
import { solc } from "../../test/differential/solc.js";
import { median, type Row } from "../report.js";

const RUNS = 7;

function sources(): Record<string, { content: string }> {
  const found: Record<string, { content: string }> = {};
  const visit = (folder: string): void => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) visit(full);
      else if (entry.name.endsWith(".sol")) found[path.relative("node_modules", full)] = { content: fs.readFileSync(full, "utf8") };
    }
  };
  visit(path.join("node_modules", "@openzeppelin", "contracts"));
  return found;
}

function seconds(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

export function parse(): Row {
  const all = sources();
  const megabytes = Object.values(all).reduce((sum, { content }) => sum + Buffer.byteLength(content), 0) / 1e6;
  const input = JSON.stringify({ language: "Solidity", sources: all, settings: { stopAfter: "parsing", outputSelection: {} } });
  const ours = (): void =>
    Object.entries(all).forEach(([name, { content }], id) => {
      const sink = new DiagnosticSink();
      parseSource({ id, name, content }, sink);
      if (sink.failed()) throw new Error(`${name} was not parsed`);
    });
  const theirs = (): void => void solc().compile(input);
  const times = { ours: [] as number[], peer: [] as number[] };
  for (let i = 0; i < RUNS; i++) {
    times.ours.push(seconds(ours));
    times.peer.push(seconds(theirs));
  }
  const name = `parse OpenZeppelin, ${Object.keys(all).length} files; peer: solc, stopAfter parsing`;
  return { name, ours: megabytes / median(times.ours), peer: megabytes / median(times.peer), unit: "MB/s", higherIsBetter: true };
}

// Runs the compiled tests (dist/test/**/*.test.js, or those whose path contains an argument) with node's test runner.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const filters = process.argv.slice(2);
const files = fs
  .readdirSync("dist/test", { recursive: true })
  .map((name) => path.join("dist/test", String(name)))
  .filter((name) => name.endsWith(".test.js") && (filters.length === 0 || filters.some((f) => name.includes(f))))
  .filter((name) => fs.existsSync(name.replace(/^dist\//, "").replace(/\.js$/, ".ts"))) // not the leftovers of deleted tests
  .sort();
if (files.length === 0) {
  console.error("no test file matches");
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-concurrency=2", "--test-reporter=spec", ...files], { stdio: "inherit" });
process.exit(status ?? 1);

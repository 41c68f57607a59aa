#!/usr/bin/env node
/** The `supervm-solc` command: solc's command line as Foundry and Hardhat call it. Exit codes are solc's: 0, also with errors in the output; 1; 2. */
import module from "node:module";
import process from "node:process";
import { ignoreClosedReader } from "../closed-output.js";

// Node 22 and later keep compiled code between runs.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

ignoreClosedReader(process.stdout);
ignoreClosedReader(process.stderr);
const { runSolc } = await import("./solc.js");
process.exitCode = await runSolc(process.argv.slice(2));

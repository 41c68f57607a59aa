#!/usr/bin/env node
/**
 * The `supervm` command. Exit codes: 0 done, 1 the input was wrong (diagnostics printed), 2 wrong usage, 70 a fault of supervm.
 */
import module from "node:module";
import process from "node:process";
import { ignoreClosedReader } from "./closed-output.js";

// Node 22 and later keep compiled code between runs.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

ignoreClosedReader(process.stdout);
ignoreClosedReader(process.stderr);
const { runCli } = await import("./cli.js");
process.exitCode = await runCli(process.argv.slice(2));

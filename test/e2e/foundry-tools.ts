/** Foundry's programs and the built product side by side: a project in a temporary folder, a node on a free port, a home of their own. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { foundryProgram, type FoundryTool } from "../../scripts/foundry.js";
import { project } from "./cli-helpers.js";

/** The first of the node's funded accounts; everybody knows its key. */
export const ALICE = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
export const ALICE_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
export const BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/** A program of Foundry; the packages are development dependencies, so it is there. */
function program(tool: FoundryTool): string {
  const file = foundryProgram(tool);
  assert.ok(file !== undefined, `@foundry-rs/${tool} has no program for this platform`);
  return file;
}

/** A program in `folder` that runs a compiled file of the product, as npm's links in node_modules/.bin do. */
function starter(folder: string, name: string, script: string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${path.resolve(script)}' "$@"\n`, { mode: 0o755 });
  return file;
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Foundry project whose compiler is supervm-solc. */
export class FoundryProject {
  /** The project's folder. */
  readonly root: string;
  private readonly env: Readonly<Record<string, string>>;

  /** @param fixture folder that is copied; @param rpc the node's address */
  constructor(fixture: string, rpc?: string) {
    const base = project({ "home/.keep": "", "bin/.keep": "" });
    this.root = path.join(base, "project");
    fs.cpSync(fixture, this.root, { recursive: true });
    const bin = path.join(base, "bin");
    for (const tool of ["forge", "cast"] as const) fs.symlinkSync(program(tool), path.join(bin, tool));
    const solc = starter(bin, "supervm-solc", "dist/cli/solc/main.js");
    const inherited = Object.entries(process.env).filter(([name, value]) => value !== undefined && !/^(FOUNDRY_|SUPERVM_|ETH_|DAPP_)/.test(name));
    this.env = {
      ...(Object.fromEntries(inherited) as Record<string, string>),
      HOME: path.join(base, "home"),
      PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}`,
      NO_COLOR: "1",
      FOUNDRY_SOLC: solc,
      FOUNDRY_OFFLINE: "true",
      ...(rpc !== undefined && { ETH_RPC_URL: rpc }),
    };
  }

  write(name: string, content: string): void {
    fs.writeFileSync(path.join(this.root, name), content);
  }

  readJson(name: string): unknown {
    return JSON.parse(fs.readFileSync(path.join(this.root, name), "utf8"));
  }

  /** Runs a program in the project's folder, whatever comes of it. */
  try(words: readonly string[], variables: Readonly<Record<string, string>> = {}): RunResult {
    const [command = "", ...args] = words;
    const result = spawnSync(command, args, { cwd: this.root, encoding: "utf8", env: { ...this.env, ...variables } });
    return { code: result.status, stdout: result.stdout, stderr: result.stderr };
  }

  /** Runs a program that must end well; gives its standard output. */
  run(words: readonly string[], variables: Readonly<Record<string, string>> = {}): string {
    const { code, stdout, stderr } = this.try(words, variables);
    assert.equal(code, 0, `${words.join(" ")}\n${stdout}${stderr}`);
    return stdout;
  }

  cast(...args: string[]): string {
    return this.run(["cast", ...args]).trim();
  }

  /** Deploys SuperVM code to the node; gives the address. */
  create(contract: string, args: readonly string[], libraries: readonly string[] = []): string {
    const linked = libraries.flatMap((library) => ["--libraries", library]);
    const constructor = args.length > 0 ? ["--constructor-args", ...args] : [];
    const printed = this.run(["forge", "create", "--json", "--broadcast", "--private-key", ALICE_KEY, ...linked, contract, ...constructor], { FOUNDRY_PROFILE: "supervm" });
    const address = /"deployedTo": "(0x[0-9a-fA-F]{40})"/.exec(printed)?.[1];
    assert.ok(address !== undefined, printed);
    return address;
  }
}

export interface RunningNode {
  readonly url: string;
  stop(): Promise<void>;
}

/** `supervm node` on a free port of the loopback. */
export async function startNode(): Promise<RunningNode> {
  const child = spawn(process.execPath, [path.resolve("dist/cli/main.js"), "node", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    let printed = "";
    child.stdout.on("data", (part: Buffer) => {
      printed += part.toString();
      const found = /Listening on 127\.0\.0\.1:(\d+)/.exec(printed);
      if (found) resolve(found[1]!);
    });
    child.once("exit", () => reject(new Error(`the node ended before it listened:\n${printed}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

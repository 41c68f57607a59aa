/** Foundry's programs as npm brings them for this platform: peers of the benches, users of the node in the tests. */
import { createRequire } from "node:module";

const PLATFORMS: Readonly<Record<string, string>> = { linux: "linux", darwin: "darwin", win32: "win32" };
const MACHINES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

export type FoundryTool = "anvil" | "cast" | "forge";

/**
 * Path of the program itself, not of the package's starter in JavaScript (so that ending the process ends the program); undefined where npm has
 * none for this machine.
 */
export function foundryProgram(tool: FoundryTool): string | undefined {
  const [platform, machine] = [PLATFORMS[process.platform], MACHINES[process.arch]];
  if (platform === undefined || machine === undefined) return undefined;
  try {
    return createRequire(import.meta.url).resolve(`@foundry-rs/${tool}-${platform}-${machine}/bin/${tool}${platform === "win32" ? ".exe" : ""}`);
  } catch {
    return undefined;
  }
}

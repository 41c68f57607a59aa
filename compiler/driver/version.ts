/** The version of this package, as artifacts, caches and `--version` give it. */
import { createRequire } from "node:module";

function readVersion(): string {
  const require = createRequire(import.meta.url);
  // The sources lie two folders below package.json, the compiled files three.
  for (const place of ["../../package.json", "../../../package.json"]) {
    try {
      const value = require(place) as { name?: string; version?: string };
      if (value.name === "supervm" && value.version !== undefined) return value.version;
    } catch {
      // Try the next place.
    }
  }
  return "0.0.0";
}

/** Semantic version of the compiler. */
export const VERSION = readVersion();

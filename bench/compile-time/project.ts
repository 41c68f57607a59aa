/** A project in a temporary folder with a fixture of this repository and a cache of its own, so that cold is cold. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { measure, type Measured } from "./process.js";

export class Project {
  private readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "supervm-bench-"));
  private readonly file: string;

  constructor(fixture: string) {
    this.file = path.join(this.root, path.basename(fixture));
    fs.copyFileSync(fixture, this.file);
  }

  /** Compiles for all targets in a process of its own; the cache answers what it can. */
  compile(): Measured {
    const packages = path.resolve("node_modules", "@openzeppelin");
    const args = ["compile", path.basename(this.file), "--root", this.root, "--target", "all", "--remapping", `@openzeppelin/=${packages}/`];
    return measure(["supervm", ...args], { XDG_CACHE_HOME: path.join(this.root, "cache") });
  }

  /** Replaces the first occurrence of a text in the source. */
  edit(from: string, to: string): void {
    const text = fs.readFileSync(this.file, "utf8");
    if (!text.includes(from)) throw new Error(`the fixture has no '${from}'`);
    fs.writeFileSync(this.file, text.replace(from, to));
  }

  close(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }
}

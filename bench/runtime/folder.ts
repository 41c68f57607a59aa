/** A folder for a bench's files, gone afterwards. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "supervm-bench-"));
  try {
    return await use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

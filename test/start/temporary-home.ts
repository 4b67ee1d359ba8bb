import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new empty folder; `remove` takes it away. */
export function temporaryHome(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "kapok-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import type { Memory } from "./lines.ts";
import type { Calls } from "./measure.ts";

/** What was measured last, committed: a change of it shows in review. */
export interface Snapshot {
  /** Gigabytes, by part. */
  memory: Memory;
  /** An operation, by workload. */
  operations: Record<string, Calls>;
  /** A second in which nobody asks for anything, on a chain of a block a second. */
  idleSecond: Calls;
}

const path = new URL("calls.json", import.meta.url);

export function readSnapshot(): Snapshot {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Three digits say enough, and do not change with every run. */
export async function writeSnapshot(snapshot: Snapshot): Promise<void> {
  const rounded = JSON.stringify(snapshot, (_, value) =>
    typeof value === "number" ? Number(value.toPrecision(3)) : (value as unknown),
  );
  writeFileSync(path, await format(rounded, { parser: "json", printWidth: 120 }));
}

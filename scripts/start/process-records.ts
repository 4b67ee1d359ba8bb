/** Which processes belong to a folder, on disk, so that whoever comes after a kill -9 finds what was left behind. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeDurably } from "./durable-file.ts";
import { isHomeInUse } from "./lock.ts";
import { endProcess, type ProcessIdentity } from "./process-identity.ts";

export class ProcessRecords {
  readonly #path: string;
  readonly #records: Record<string, ProcessIdentity>;

  /** @param folder - its owner holds the folder's lock */
  constructor(folder: string) {
    this.#path = join(folder, "parts.json");
    this.#records = readJson(this.#path) ?? {};
  }

  /** Writes down who does this work now. */
  remember(name: string, identity: ProcessIdentity): void {
    this.#records[name] = identity;
    writeDurably(this.#path, JSON.stringify(this.#records, null, 2));
  }

  /** Ends those that still run: exactly these processes, never another with the pid of one. */
  async endAll(graceMilliseconds: number): Promise<void> {
    await Promise.all(Object.values(this.#records).map((identity) => endProcess(identity, graceMilliseconds)));
  }
}

/** Ends what an earlier owner of this home left running, and what the parts that it had left running in turn. */
export async function endOrphans(home: string, graceMilliseconds: number): Promise<void> {
  await new ProcessRecords(home).endAll(graceMilliseconds);
  for (const entry of readdirSync(home, { withFileTypes: true })) {
    const folder = join(home, entry.name);
    if (entry.isDirectory() && !isHomeInUse(folder)) await new ProcessRecords(folder).endAll(0);
  }
}

import type { CloudSettings } from "../../lambdas/core/cloud-settings.ts";

/**
 * What is wrong with tables that the settings name because they were recovered from a backup.
 * @param nouns what tables are for
 */
export function restoredTableFaults({ tables = {}, coreStream }: CloudSettings, nouns: string[]): string[] {
  const core = tables["core"];
  const strangers = Object.keys(tables).filter((noun) => !nouns.includes(noun));
  const faults = strangers.map((noun) => `cloud.tables.${noun}: there are tables for ${nouns.join(", ")}`);
  const streamOf = coreStream?.split("/")[1];
  // A stream of another table wakes nobody: what is accepted would wait for the sweeper.
  if (streamOf !== core) {
    faults.push("cloud.coreStream: belongs to cloud.tables.core, both or none; a recovered table gets a stream anew");
  }
  return faults;
}

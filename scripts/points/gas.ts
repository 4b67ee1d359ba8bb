/**
 * Measures what the ledger costs and compares it with `contracts/points/gas.json`, the committed snapshot. Prints a
 * table; exits non-zero where a figure is off by more than 1 %. `--write` writes the snapshot instead.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { format } from "prettier";

import { measureGas } from "./measure-gas.ts";

/** Sections of figures by human names, all in gas. */
export type GasSnapshot = Record<string, Record<string, number>>;

const path = join(import.meta.dirname, "../../contracts/points/gas.json");
const tolerance = 0.01;

/** What differs between two snapshots by more than the tolerance, in words. */
export function compareGas(committed: GasSnapshot, measured: GasSnapshot): string[] {
  const sections = new Set([...Object.keys(committed), ...Object.keys(measured)]);
  return [...sections].flatMap((section) => {
    const [before, now] = [committed[section] ?? {}, measured[section] ?? {}];
    const names = new Set([...Object.keys(before), ...Object.keys(now)]);
    return [...names]
      .filter((name) => !(Math.abs((now[name] ?? NaN) / (before[name] ?? NaN) - 1) <= tolerance))
      .map((name) => `${section}: ${name}: ${before[name] ?? "nothing"} committed, ${now[name] ?? "nothing"} measured`);
  });
}

export async function readGas(): Promise<GasSnapshot> {
  return JSON.parse(await readFile(path, "utf8"));
}

if (import.meta.main) {
  const measured = await measureGas();
  for (const [section, figures] of Object.entries(measured)) {
    console.log(`\n${section}`);
    for (const [name, gas] of Object.entries(figures)) console.log(`  ${String(gas).padStart(9)}  ${name}`);
  }
  if (process.argv.includes("--write")) {
    await writeFile(path, await format(JSON.stringify(measured), { parser: "json", printWidth: 120 }));
  } else {
    const differences = compareGas(await readGas(), measured);
    for (const difference of differences) console.error(difference);
    if (differences.length > 0) process.exitCode = 1;
    console.log(differences.length > 0 ? "\nIf that is meant: node scripts/points/gas.ts --write" : "\nas committed");
  }
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundles, scenarioPart } from "../../cdk/core/bundles.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import { bundleSize } from "./bundle-sizes.ts";
import { firstAnswers } from "./first-answer.ts";

const kilobytes = (bytes: number) => Number((bytes / 1000).toFixed(1));

/** Prints what the functions' code weighs, and how long a scenario's API takes to answer for the first time. */
export async function printBundles(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kapok-bundles-"));
  try {
    const made = await bundles(scenarios, folder);
    const sizes = Object.entries(made).map(([part, bundle]) => [part, bundleSize(bundle)] as const);
    console.log("\nBundles: kB of code, the SDK included, and what weighs most of it before compression");
    console.table(
      Object.fromEntries(
        sizes.map(([part, { raw, gzipped, heaviest }]) => [
          part,
          {
            kB: kilobytes(raw),
            "gzipped kB": kilobytes(gzipped),
            heaviest: heaviest.map(([name, bytes]) => `${name} ${kilobytes(bytes)}`).join(", "),
          },
        ]),
      ),
    );

    const apis = scenarios.map(({ name }) => scenarioPart(name));
    const answers = await firstAnswers(Object.fromEntries(apis.map((part) => [part, made[part]!.folder])), folder);
    const floor = answers["empty handler"]!;
    console.log("From the start of a process to its first answer, in turns on this machine; a cold start is not this");
    console.table(
      Object.fromEntries(
        Object.entries(answers).map(([name, { median, fastest, status }]) => [
          name,
          {
            "median ms": Math.round(median),
            "more than empty": Math.round(median - floor.median),
            "fastest ms": Math.round(fastest),
            answers: status,
          },
        ]),
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

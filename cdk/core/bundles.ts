import { join } from "node:path";
import type { Scenario } from "../../lambdas/core/scenario.ts";
import type { Bundle } from "./bundle.ts";
import { bundle } from "./bundle.ts";

/** The functions of core, by part, and the files that they are made from. */
const core: Record<string, string> = {
  api: "lambdas/api.ts",
  submitter: "lambdas/submitter.ts",
  indexer: "lambdas/indexer.ts",
  deployer: "lambdas/deployer.ts",
  waker: "lambdas/core/waker.ts",
  sweeper: "lambdas/core/sweeper.ts",
};

/** The part of a deployment that serves a scenario's API. */
export const scenarioPart = (scenario: string) => `${scenario}-api`;

/** Makes the code of every function. @param folder where it goes, a folder each */
export async function bundles(scenarios: readonly Scenario[], folder: string): Promise<Record<string, Bundle>> {
  const entries = { ...core };
  for (const { name } of scenarios) entries[scenarioPart(name)] = `lambdas/${name}/api.ts`;
  const made = Object.entries(entries).map(async ([part, entry]) => [part, await bundle(entry, join(folder, part))]);
  return Object.fromEntries(await Promise.all(made));
}

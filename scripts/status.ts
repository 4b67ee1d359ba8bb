/**
 * `npm run status`: the health of a Kapok at a glance, here or in the cloud. The last line says what a person must do.
 * Exit code 0: nothing; 1: that; 2: it could not be looked at.
 */
import { parseArgs } from "node:util";
import { explained } from "../lambdas/core/log.ts";
import { concernsOf } from "../lambdas/core/watching/concerns.ts";
import { readStandingOf } from "../lambdas/core/watching/standing.ts";
import { readEnvironment } from "./start/environment.ts";
import { isHomeInUse } from "./start/lock.ts";
import type { DeadLetters } from "./watching/dead-letters.ts";
import { countDeadLetters } from "./watching/dead-letters.ts";
import { statusLines } from "./watching/status-lines.ts";
import type { FoundKapok } from "./with-kapok.ts";
import { isHere, withKapok } from "./with-kapok.ts";

try {
  parseArgs();
  const { home } = readEnvironment();
  if (isHere() && !isHomeInUse(home.path))
    conclude([`No Kapok runs in ${home.path} (KAPOK_HOME): npm start starts it.`]);
  else await withKapok("status", show);
} catch (error) {
  console.error(`It could not be looked at. ${explained(error)}`);
  process.exitCode = 2;
}

async function show({ place, kapok, chain, cloud }: FoundKapok): Promise<void> {
  const standing = await readStandingOf(kapok, chain);
  const letters = cloud ? await lettersOf(cloud.deployment) : [];
  console.log([place, ...statusLines(standing, letters)].join("\n"));
  conclude([...concernsOf(standing, cloud !== undefined), ...letterConcerns(letters)]);
}

/** What went wrong with counting, in place of the counts, where an operator may not look. */
async function lettersOf(deployment: string): Promise<DeadLetters[] | string> {
  return countDeadLetters(deployment).catch((error) => explained(error));
}

function letterConcerns(letters: DeadLetters[] | string): string[] {
  if (typeof letters === "string") return [];
  const queues = letters.filter(({ count }) => count > 0).map(({ queue, count }) => `${count} in ${queue}`);
  return queues.length === 0
    ? []
    : [`There are dead letters, ${queues.join(", ")}: see the runbook before you redrive one.`];
}

function conclude(concerns: string[]): void {
  const [first, ...others] = concerns;
  if (first === undefined) return console.log("All is well.");
  for (const other of others) console.log(`  also: ${other}`);
  console.log(`A person is needed. ${first}`);
  process.exitCode = 1;
}

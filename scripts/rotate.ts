import { Indexer } from "../lambdas/core/indexing/indexer.ts";
import { rotate } from "../lambdas/core/administering/rotate.ts";
import { readBook } from "../lambdas/core/store/book.ts";
import { ADMINISTRATOR } from "../lambdas/core/store/lanes.ts";
import { defaultSubmitting } from "../lambdas/core/submitting/settings.ts";
import { Submitter } from "../lambdas/core/submitting/submitter.ts";
import { scenarios } from "../lambdas/scenarios.ts";
import { factsOf } from "./start/facts.ts";
import { administering } from "./start/administering.ts";
import type { CommandParts } from "./start/with-parts.ts";
import { withParts } from "./start/with-parts.ts";

/**
 * `npm run rotate -- ORGANISATION [--lost]`: gives an organisation another signer and keeps its state. Killed at any
 * step and run again, it finishes. `--lost` where the old key cannot or must not sign any more.
 */
const [organisation, ...options] = process.argv.slice(2);
if (organisation === undefined || organisation.startsWith("-") || options.some((option) => option !== "--lost")) {
  console.error("Which organisation? npm run rotate -- ORGANISATION [--lost]");
  process.exit(1);
}

try {
  await withParts("rotate", (parts) => (parts.alone ? assisted(parts, organisation) : rotated(parts, organisation)));
  process.exit(0);
} catch (error) {
  console.error(`${organisation} was not given another signer. ${(error as Error).message}`);
  process.exit(1);
}

async function rotated({ environment, kapok, chain }: CommandParts, organisation: string): Promise<void> {
  const { home } = environment;
  const book = await readBook(kapok.core);
  if (!book) throw new Error(`There is no book in ${home.path} yet: run npm start first.`);
  if ((await home.keys.addresses(ADMINISTRATOR)).length === 0) {
    throw new Error("This Kapok joined its book and does not administer it: that is for the Kapok that created it.");
  }
  const roles = scenarios.flatMap((scenario) => Object.keys(scenario.roles));
  await administering({ home, kapok, chain }, async (administrator) => {
    const parts = { kapok, chain, keys: home.keys, book, administrator, say: (line: string) => console.log(line) };
    await rotate(parts, organisation, roles, options.includes("--lost"));
  });
}

/** Where no Kapok runs: somebody has to submit and index what the old key left open. */
async function assisted(parts: CommandParts, organisation: string): Promise<void> {
  const { environment, kapok, chain } = parts;
  const stop = new AbortController();
  const indexer = new Indexer(kapok, chain, () => factsOf(environment.home, chain, scenarios));
  const submitter = new Submitter(kapok, chain, environment.home.keys, defaultSubmitting, false);
  const work = Promise.all([indexer.run(stop.signal), submitter.run([organisation], stop.signal)]);
  try {
    await rotated(parts, organisation);
  } finally {
    stop.abort();
    await work;
  }
}

import { Indexer } from "../lambdas/core/indexing/indexer.ts";
import { awaitRotation, rotate } from "../lambdas/core/administering/rotate.ts";
import { everyRole } from "../lambdas/core/scopes.ts";
import type { Book } from "../lambdas/core/store/book.ts";
import { readBook } from "../lambdas/core/store/book.ts";
import { explained } from "../lambdas/core/log.ts";
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
  await withParts("rotate", (parts) => change(parts, organisation, options.includes("--lost")));
  process.exit(0);
} catch (error) {
  console.error(`${organisation} was not given another signer. ${explained(error)}`);
  process.exit(1);
}

async function change(parts: CommandParts, organisation: string, lost: boolean): Promise<void> {
  const { home } = parts.environment;
  const book = await readBook(parts.kapok.core);
  if (!book) throw new Error(`There is no book in ${home.path} yet: run npm start first.`);
  const administers = (await home.keys.addresses(ADMINISTRATOR)).length > 0;
  if (!administers) await ask(parts, book, organisation, lost);
  else if (parts.alone) await assisted(parts, book, organisation, lost);
  else await rotated(parts, book, organisation, lost);
}

/** Where another Kapok administers the book: its operator has to let the new key speak. */
async function ask(parts: CommandParts, book: Book, organisation: string, lost: boolean): Promise<void> {
  const { environment, kapok, chain } = parts;
  const { from, to } = await awaitRotation({ kapok, chain, keys: environment.home.keys, book }, organisation, lost);
  console.log(`The new signer of ${organisation}: ${to}`);
  console.log(`  Ask the book's operator to set "signer": "${to}" in place of "${from}" and to start again.`);
  console.log("  This Kapok goes on with the new key by itself once that is done.");
}

async function rotated(parts: CommandParts, book: Book, organisation: string, lost: boolean): Promise<void> {
  const { kapok, chain } = parts;
  const { home } = parts.environment;
  const roles = everyRole(scenarios);
  await administering({ home, kapok, chain }, async (administrator) => {
    const say = (line: string) => console.log(line);
    await rotate({ kapok, chain, keys: home.keys, book, administrator, say }, organisation, roles, lost);
  });
}

/** Where no Kapok runs: somebody has to submit and index what the old key left open. */
async function assisted(parts: CommandParts, book: Book, organisation: string, lost: boolean): Promise<void> {
  const { environment, kapok, chain } = parts;
  const stop = new AbortController();
  const indexer = new Indexer(kapok, chain, () => factsOf(environment.home, chain, scenarios));
  const submitter = new Submitter(kapok, chain, environment.home.keys, defaultSubmitting, false);
  const work = Promise.all([indexer.run(stop.signal), submitter.run([organisation], stop.signal)]);
  try {
    await rotated(parts, book, organisation, lost);
  } finally {
    stop.abort();
    await work;
  }
}

import type { Context } from "aws-lambda";
import * as z from "zod";
import { constantsOf } from "../administering/constants.ts";
import { HeadWatch } from "../indexing/head-watch.ts";
import { Indexer } from "../indexing/indexer.ts";
import { Kapok } from "../kapok.ts";
import { logger, saying } from "../log.ts";
import type { Scenario } from "../scenario.ts";
import type { BookFacts } from "../store/book.ts";
import { readBook } from "../store/book.ts";
import { noteSweep } from "../store/sweeps.ts";
import { dynamodb } from "../store/table.ts";
import { openChain } from "./open-chain.ts";
import { starter } from "./start-function.ts";
import { readVariables, tables } from "./variables.ts";

const variables = z.object({
  DEPLOYMENT: z.string(),
  TABLES: tables,
  CHAIN_SECRET: z.string(),
});

const MARGIN_MILLISECONDS = 10_000;

/**
 * Follows the chain for as long as it may run, and starts its own successor: of several that run, one has the lease, and
 * the others end at once.
 */
export async function indexFunction(scenarios: readonly Scenario[]) {
  const { DEPLOYMENT, TABLES, CHAIN_SECRET } = readVariables(variables);
  const kapok = new Kapok(scenarios, dynamodb(), TABLES, logger("indexer", DEPLOYMENT), false);
  const chain = await openChain(CHAIN_SECRET);
  const functions = starter();
  const facts = async (): Promise<BookFacts> => {
    const book = await readBook(kapok.core);
    if (!book)
      throw new Error(
        "the store does not know the book: name the table that has it in cloud.tables, or change another setting, and deploy",
      );
    const { chainId, genesisHash, addresses, startBlock } = book;
    return { chainId, genesisHash, addresses, startBlock, constants: await constantsOf(chain, scenarios, addresses) };
  };
  const indexer = new Indexer(kapok, chain, facts, 200);
  const watch = new HeadWatch(kapok, chain);
  indexer.beside = (over) => watch.run(over);

  return async ({ sweptAt }: { sweptAt?: number }, context: Context): Promise<"taken" | "succeeded"> => {
    if (sweptAt !== undefined) {
      await noteSweep(kapok.core, sweptAt).catch((error) => {
        kapok.log.warn("sweep-not-noted", { error: saying(error) });
      });
    }
    const signal = AbortSignal.timeout(context.getRemainingTimeInMillis() - MARGIN_MILLISECONDS);
    while (!signal.aborted) if (!(await indexer.turn(signal))) return "taken";
    await functions.start(context.functionName);
    return "succeeded";
  };
}

import type { Context } from "aws-lambda";
import * as z from "zod";
import { constantsOf } from "../administering/constants.ts";
import { Indexer } from "../indexing/indexer.ts";
import { Kapok } from "../kapok.ts";
import { logger } from "../log.ts";
import type { Scenario } from "../scenario.ts";
import type { BookFacts } from "../store/book.ts";
import { readBook } from "../store/book.ts";
import { dynamodb } from "../store/table.ts";
import { openChain } from "./open-chain.ts";
import { starter } from "./start-function.ts";
import { readVariables, tables } from "./variables.ts";

const variables = z.object({
  TABLES: tables,
  CHAIN_SECRET: z.string(),
});

const MARGIN_MILLISECONDS = 10_000;

/**
 * Follows the chain for as long as it may run, and starts its own successor: of several that run, one has the lease, and
 * the others end at once.
 */
export async function indexFunction(scenarios: readonly Scenario[]) {
  const { TABLES, CHAIN_SECRET } = readVariables(variables);
  const kapok = new Kapok(scenarios, dynamodb(), TABLES, logger("indexer"), false);
  const chain = await openChain(CHAIN_SECRET);
  const functions = starter();
  const facts = async (): Promise<BookFacts> => {
    const book = await readBook(kapok.core);
    if (!book) throw new Error("the store does not know the book: deploy again, and it is found on the chain");
    const { chainId, genesisHash, addresses, startBlock } = book;
    return { chainId, genesisHash, addresses, startBlock, constants: await constantsOf(chain, scenarios, addresses) };
  };
  const indexer = new Indexer(kapok, chain, facts, 200);

  return async (_event: unknown, context: Context): Promise<"taken" | "succeeded"> => {
    const signal = AbortSignal.timeout(context.getRemainingTimeInMillis() - MARGIN_MILLISECONDS);
    while (!signal.aborted) if (!(await indexer.turn(signal))) return "taken";
    await functions.start(context.functionName);
    return "succeeded";
  };
}

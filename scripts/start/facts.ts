import { constantsOf } from "../../lambdas/core/administering/constants.ts";
import type { Chain } from "../../lambdas/core/chain/chain.ts";
import type { Scenario } from "../../lambdas/core/scenario.ts";
import type { BookFacts } from "../../lambdas/core/store/book.ts";
import type { Home } from "./home.ts";

/** What the store must know of the book, from `book.json` and the chain: enough to fill an empty store again. */
export async function factsOf(home: Home, chain: Chain, scenarios: readonly Scenario[]): Promise<BookFacts> {
  const file = await home.book();
  if (!file) throw new Error(`${home.path} has no book.json`);
  const { chainId, genesisHash, addresses, startBlock } = file;
  return { chainId, genesisHash, addresses, startBlock, constants: await constantsOf(chain, scenarios, addresses) };
}

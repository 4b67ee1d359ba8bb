import { constantsOf } from "../../lambdas/core/administering/constants.ts";
import type { Chain } from "../../lambdas/core/chain/chain.ts";
import { Follower } from "../../lambdas/core/indexing/indexer.ts";
import type { Kapok } from "../../lambdas/core/kapok.ts";
import type { BookFile } from "../../lambdas/core/store/book.ts";
import { keepBook, readCursor, releaseIndexer, seizeIndexer } from "../../lambdas/core/store/book.ts";

/** Lets a store follow the chain to its head, and know that it did. */
export async function index(kapok: Kapok, chain: Chain, file: BookFile): Promise<void> {
  const { rpcUrl, ...facts } = file;
  const constants = await constantsOf(chain, kapok.scenarios, file.addresses);
  const book = await keepBook(kapok, { ...facts, constants });
  const lease = await seizeIndexer(kapok.core, "test", 15_000);
  const follower = await Follower.open(kapok, chain, book, lease);
  const head = await chain.head();
  while (((await readCursor(kapok.core))?.blockNumber ?? -1) < head) await follower.advance();
  await follower.advance();
  await releaseIndexer(kapok.core, lease);
}

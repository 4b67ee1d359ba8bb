import type { BookFacts } from "../store/book.ts";
import type { Chain } from "./chain.ts";

/** The chain is not the one that the book is on: on a BFT chain that does not happen, so a person must look. */
export class ChainChanged extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ChainChanged";
  }
}

/** @throws ChainChanged where the node is on another chain than the one on which the book was created or joined */
export async function expectChain(chain: Chain, book: Pick<BookFacts, "chainId" | "genesisHash">): Promise<void> {
  const [chainId, genesis] = [await chain.chainId(), await chain.block(0)];
  if (chainId === book.chainId && (!genesis || genesis.hash === book.genesisHash)) return;
  throw new ChainChanged(
    `this book lives on chain ${book.chainId} with genesis ${book.genesisHash}; the node is on ${chainId} with ` +
      `${genesis?.hash}`,
  );
}

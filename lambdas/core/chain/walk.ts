import type { Block, Chain, Receipt } from "./chain.ts";
import { ChainError } from "./chain.ts";
import { pause } from "../store/table.ts";

/** A block with the receipts of all its transactions. */
export interface FullBlock {
  block: Block;
  receipts: Receipt[];
}

/** Blocks of the chain that do not follow one another: on a BFT chain that does not happen, so a person must look. */
export class ChainBroken extends Error {
  constructor(number: number) {
    super(`block ${number} does not follow the block before it`);
    this.name = "ChainBroken";
  }
}

/** How many blocks are fetched at once. */
const AHEAD = 32;
const RETRY_MILLISECONDS = 250;
const PATIENCE_MILLISECONDS = 60_000;

/**
 * Every block from `first` to `last` in order, fetched ahead. A node that lags or does not answer is waited for.
 * @param before the block before `first`, where it is known
 * @throws ChainBroken, or an error where a node lacks a block for longer than a minute
 */
export async function* walk(
  chain: Chain,
  first: number,
  last: number,
  before?: Pick<Block, "hash">,
): AsyncGenerator<FullBlock> {
  const fetching: Promise<FullBlock>[] = [];
  let next = first;
  while (next <= last || fetching.length > 0) {
    while (next <= last && fetching.length < AHEAD) {
      const full = fetchBlock(chain, next++);
      // Whoever awaits it sees the failure; until then it must not end the process.
      full.catch(() => {});
      fetching.push(full);
    }
    const full = await fetching.shift()!;
    if (before && full.block.parentHash !== before.hash) throw new ChainBroken(full.block.number);
    before = full.block;
    yield full;
  }
}

async function fetchBlock(chain: Chain, number: number): Promise<FullBlock> {
  const until = Date.now() + PATIENCE_MILLISECONDS;
  let cause: unknown;
  do {
    try {
      const block = await chain.block(number);
      const receipts = block && (await chain.receipts(block));
      if (receipts) return { block: block!, receipts };
    } catch (error) {
      if (error instanceof ChainError) throw error;
      cause = error;
    }
    await pause(RETRY_MILLISECONDS);
  } while (Date.now() < until);
  throw new Error(`the node does not give block ${number} with all its receipts`, { cause });
}

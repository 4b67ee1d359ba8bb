import type { Chain } from "../chain/chain.ts";
import { readableLedger, readLedgerBlock } from "../indexing/read-block.ts";
import type { Kapok } from "../kapok.ts";
import type { Decision, Operation } from "../operation.ts";
import type { Book } from "../store/book.ts";

/** What the chain shows of one transaction that may hold an operation. */
export interface Sight {
  hash: string;
  whereabouts: "mined" | "pending" | "unknown";
  nonce?: number;
  /** The block that holds it, and its time, RFC 3339. */
  block?: { number: number; hash: string; time: string };
  /** Whether it reverted, all of it. */
  reverted?: boolean;
  /** What its events say of the operation; absent where they say nothing. */
  decision?: Decision;
  /** The name of the event that decides. */
  event?: string;
}

/** Looks at one transaction, and reads its events as the indexer would. */
export async function look(
  kapok: Kapok,
  chain: Chain,
  book: Book,
  { organisation, id, scenario: name }: Operation,
  hash: string,
): Promise<Sight> {
  const transaction = await chain.request<any>("eth_getTransactionByHash", [hash]);
  if (!transaction) return { hash, whereabouts: "unknown" };
  const nonce = Number(transaction.nonce);
  const receipt = transaction.blockNumber ? await chain.receipt(hash) : undefined;
  if (!receipt) return { hash, whereabouts: "pending", nonce };
  const block = await chain.block(receipt.blockNumber);
  if (!block) throw new Error(`the node has a receipt of block ${receipt.blockNumber} and not the block`);

  const scenario = kapok.scenario(name);
  const ledger = readableLedger(scenario, book.addresses[scenario.ledger.contract]!, book.constants[name] ?? {});
  const { decided } = readLedgerBlock(ledger, block, [receipt]);
  const decision = decided.find((each) => each.organisation === organisation && each.id === id)?.decision;
  const log = receipt.logs.find(({ logIndex }) => logIndex === decision?.transaction.logIndex);
  const event = log && ledger.decode(log)?.name;
  return {
    hash,
    whereabouts: "mined",
    nonce,
    block: { number: block.number, hash: block.hash, time: new Date(block.time * 1000).toISOString() },
    reverted: receipt.status === 0,
    ...(decision && { decision }),
    ...(event && { event }),
  };
}

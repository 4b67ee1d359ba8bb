import type { Block, Receipt } from "../chain/chain.ts";
import { organisationOf } from "../chain/envelope.ts";
import type { ReadableLedger } from "../indexing/read-block.ts";
import type { LedgerEvent } from "../scenario.ts";
import { LawBroken } from "./book.ts";
import { laws } from "./laws.ts";

/** One batch, as its transaction tells it. */
export interface Batch {
  organisation: string;
  number: number;
  /** The account that sent the transaction, in lower case. */
  sender: string;
  /** In order; the last one is BatchApplied. */
  events: LedgerEvent[];
}

/** Said by the contract itself and by no batch: who administers it. That is compared in its state. */
const OUTSIDE = "AuthorityUpdated";

/**
 * The batches of a ledger in one transaction. The events of a batch are those before its BatchApplied, which says whose
 * they are: an event counts for that organisation and no other.
 */
export function batchesOf(ledger: ReadableLedger, block: Block, receipt: Receipt): Batch[] {
  const batches: Batch[] = [];
  let open: Pick<LedgerEvent, "name" | "args" | "place">[] = [];
  for (const log of receipt.logs) {
    const event = log.address === ledger.address ? ledger.decode(log) : undefined;
    if (!event || event.name === OUTSIDE) continue;
    const place = { hash: receipt.transactionHash, blockNumber: block.number, logIndex: log.logIndex };
    open.push({ ...event, place });
    if (event.name !== "BatchApplied") continue;
    const organisation = organisationOf(event.args["organisation"]);
    const number = Number(event.args["batch"]);
    const whose = { organisation, batch: number, time: block.time, book: ledger.constants };
    batches.push({ organisation, number, sender: receipt.from, events: open.map((each) => ({ ...each, ...whose })) });
    open = [];
  }
  if (open[0]) throw new LawBroken(laws.numbers, `${open[0].name} stands outside of any batch`, open[0].place);
  return batches;
}

import type { Chain } from "../chain/chain.ts";
import type { Kapok } from "../kapok.ts";
import { saying } from "../log.ts";
import type { Operation } from "../operation.ts";
import type { Book, Cursor, IndexerRow } from "../store/book.ts";
import { readIndexer } from "../store/book.ts";
import type { Entry } from "../store/journal.ts";
import { readJournal } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import { readStanding } from "../store/lanes.ts";
import { readQueue } from "../store/queue.ts";
import type { Key } from "../store/table.ts";
import { signerIsKnown } from "../chain/signers.ts";
import { findOperations } from "./find-operations.ts";
import type { Sight } from "./sight.ts";
import { look } from "./sight.ts";

/** An open journal entry that holds an operation. */
export interface Claim {
  entry: Entry;
  /** Its place among the entry's operations, from 0. */
  index: number;
  /** What the chain shows of each candidate, in their order; absent where it does not answer. */
  sights?: Sight[];
}

/** Where an operation waits in its organisation's queue. */
export interface Place {
  key: Key;
  /** Milliseconds since 1970. */
  since: number;
  /** How many operations wait before it. */
  ahead: number;
}

/** All that is known of one operation, in the order of its way. */
export interface Trace {
  operation: Operation;
  book?: Book;
  cursor?: Cursor;
  lane?: Lane;
  indexer?: IndexerRow;
  queued?: Place;
  /** Open entries of the lane's journal: how many, the lowest nonce, and those that hold the operation. */
  open: number;
  lowest?: number;
  claims: Claim[];
  /** The decided operation's transaction, as the chain shows it; absent where it does not answer. */
  decided?: Sight;
  /** Whether the book knows the lane's signer; absent where the chain does not answer. */
  known?: boolean;
  /** The chain's newest block: its number, and its time in milliseconds since 1970. */
  head?: { number: number; time: number };
  /** Why the chain could not be asked. */
  silent?: string;
}

/**
 * Follows an operation from the store to the chain. What the chain says is read from its own blocks and not from the
 * store. The operation is read last again, so that what left queue and journal meanwhile is seen as decided.
 * @param open opens the chain; where that fails, the trace says why and ends at the store
 */
export async function trace(kapok: Kapok, open: () => Promise<Chain>, operation: Operation): Promise<Trace> {
  const { core } = kapok;
  const { organisation, id } = operation;
  const { book, cursor, lane } = await readStanding(core, organisation);
  const indexer = await readIndexer(core);
  const entries = await readJournal(core, organisation);
  const queued = await placeOf(kapok, operation);
  const now = (await findOperations(core, id, organisation))[0] ?? operation;
  const claims = entries.flatMap((entry): Claim[] => {
    const index = entry.ids.indexOf(id);
    return index < 0 ? [] : [{ entry, index }];
  });
  const found: Trace = {
    operation: now,
    ...(book && { book }),
    ...(cursor && { cursor }),
    ...(lane && { lane }),
    ...(indexer && { indexer }),
    ...(queued && { queued }),
    open: entries.length,
    ...(entries[0] && { lowest: entries[0].nonce }),
    claims,
  };
  return book ? { ...found, ...(await seen(kapok, open, book, found)) } : found;
}

/** What the chain adds to a trace. */
async function seen(kapok: Kapok, open: () => Promise<Chain>, book: Book, found: Trace): Promise<Partial<Trace>> {
  try {
    const chain = await open();
    const block = await chain.block(await chain.head());
    const lookAt = (hash: string) => look(kapok, chain, book, found.operation, hash);
    const claims: Claim[] = [];
    for (const claim of found.claims) {
      claims.push({ ...claim, sights: await Promise.all(claim.entry.candidates.map(({ hash }) => lookAt(hash))) });
    }
    const { lane, operation } = found;
    const { decision } = operation;
    return {
      claims,
      ...(lane && { known: await signerIsKnown(chain, book, lane) }),
      ...(block && { head: { number: block.number, time: block.time * 1000 } }),
      ...(decision && { decided: await lookAt(decision.transaction.hash) }),
    };
  } catch (error) {
    return { silent: saying(error) };
  }
}

async function placeOf({ core }: Kapok, { organisation, id }: Operation): Promise<Place | undefined> {
  let ahead = 0;
  for (const { key, since, entries } of await readQueue(core, organisation, Infinity, new Set())) {
    const index = entries.findIndex(({ operation }) => operation === id);
    if (index >= 0) return { key, since, ahead: ahead + index };
    ahead += entries.length;
  }
  return undefined;
}

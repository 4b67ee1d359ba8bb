import type { Chain } from "../chain/chain.ts";
import { ChainChanged, expectChain } from "../chain/expect-chain.ts";
import type { Kapok } from "../kapok.ts";
import { saying } from "../log.ts";
import type { Book, Cursor, IndexerRow } from "../store/book.ts";
import { isMadeIn, readBook, readCursor, readIndexer } from "../store/book.ts";
import type { Entry } from "../store/journal.ts";
import { readJournal } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import { allLanes } from "../store/lanes.ts";
import type { Queued } from "../store/queue.ts";
import { readQueued } from "../store/queue.ts";
import { readRebuilding } from "../store/rebuilding.ts";
import { readSweep } from "../store/sweeps.ts";
import { signerIsKnown } from "../chain/signers.ts";

/** How a Kapok stands at one moment. */
export interface Standing {
  /** Milliseconds since 1970. */
  now: number;
  book?: Book;
  /** Whether the tables are those of the book's present life. */
  sameTables?: boolean;
  cursor?: Cursor;
  indexer?: IndexerRow;
  rebuilding?: { owner: string; since: string };
  /** Milliseconds since 1970. */
  sweptAt?: number;
  chain: ChainStanding;
  lanes: LaneStanding[];
}

export interface ChainStanding {
  /** The newest block, and its time in milliseconds since 1970. */
  head?: { number: number; time: number };
  /** Why it is not the book's chain. */
  other?: string;
  /** Why it could not be asked. */
  silent?: string;
}

export interface LaneStanding {
  lane: Lane;
  entries: Entry[];
  queued: Queued;
  /** Whether the book knows its signer; absent where the chain could not be asked. */
  known?: boolean;
  /** Whether the book knows the signer that it waits for; absent where it waits for none. */
  knowsNext?: boolean;
}

/** Reads how a Kapok stands, and changes nothing. @param open opens the chain; that it fails is part of the answer */
export async function readStandingOf(kapok: Kapok, open: () => Promise<Chain>): Promise<Standing> {
  const { core } = kapok;
  const [book, cursor, indexer, rebuilding, sweptAt, lanes] = await Promise.all([
    readBook(core),
    readCursor(core),
    readIndexer(core),
    readRebuilding(core),
    readSweep(core),
    allLanes(core),
  ]);
  const sameTables = book && isMadeIn(book, await kapok.readIdentities());
  const standings: LaneStanding[] = [];
  for (const lane of lanes) {
    const { organisation } = lane;
    const entries = await readJournal(core, organisation);
    standings.push({ lane, entries, queued: await readQueued(core, organisation) });
  }
  const { chain, known, knowsNext } = await ask(open, book, lanes);
  return {
    now: Date.now(),
    ...(book && { book, sameTables: sameTables! }),
    ...(cursor && { cursor }),
    ...(indexer && { indexer }),
    ...(rebuilding && { rebuilding }),
    ...(sweptAt !== undefined && { sweptAt }),
    chain,
    lanes: standings.map((lane, index) => ({
      ...lane,
      ...(known && { known: known[index]! }),
      ...(knowsNext?.[index] !== undefined && { knowsNext: knowsNext[index] }),
    })),
  };
}

async function ask(
  open: () => Promise<Chain>,
  book: Book | undefined,
  lanes: Lane[],
): Promise<{ chain: ChainStanding; known?: boolean[]; knowsNext?: (boolean | undefined)[] }> {
  try {
    const chain = await open();
    if (book) await expectChain(chain, book);
    const block = await chain.block(await chain.head());
    if (!block) throw new Error("the node does not have the block that it calls the newest");
    const head = { number: block.number, time: block.time * 1000 };
    if (!book) return { chain: { head } };
    const knows = (lane: Lane) => signerIsKnown(chain, book, lane);
    const next = (lane: Lane) => lane.rotation?.awaited && knows({ ...lane, signer: lane.rotation.to });
    const [known, knowsNext] = await Promise.all([Promise.all(lanes.map(knows)), Promise.all(lanes.map(next))]);
    return { chain: { head }, known, knowsNext };
  } catch (error) {
    return { chain: error instanceof ChainChanged ? { other: error.message } : { silent: saying(error) } };
  }
}

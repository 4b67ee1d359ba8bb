import { randomUUID } from "node:crypto";
import type { Table } from "./table.ts";
import { isRefused } from "./table.ts";

/** What an auditor or another Kapok needs to find a book: the contents of `book.json`. */
export interface BookFile {
  rpcUrl: string;
  chainId: number;
  /** Hash of block 0: another chain of the same id is another chain. */
  genesisHash: string;
  /** Contract addresses by contract name. */
  addresses: Record<string, string>;
  /** The block before which nothing of the book exists. */
  startBlock: number;
}

/** What is known of a book without this store. */
export interface BookFacts extends Omit<BookFile, "rpcUrl"> {
  /** Constants of each ledger, by scenario, in the form of the settings. */
  constants: Record<string, Record<string, any>>;
}

/** The book as this store knows it. */
export interface Book extends BookFacts {
  /** Identity of the table in which this row was written. */
  table: string;
  /**
   * Which life of the store this is. It changes when the store was lost or restored: lanes of another incarnation are
   * closed, and nothing is accepted until the indexer has learned the chain up to its head.
   */
  incarnation: string;
}

/** How far the chain is indexed. */
export interface Cursor {
  blockNumber: number;
  hash: string;
  /** Seconds since 1970, of that block. */
  time: number;
  /** The incarnation in which the head was reached once; only then may operations be accepted. */
  learned?: string;
}

export const bookKey = { pk: "book", sk: "book" };
export const cursorKey = { pk: "book", sk: "cursor" };

export async function readBook(table: Table): Promise<Book | undefined> {
  const item = await table.get(bookKey);
  return item as unknown as Book | undefined;
}

/**
 * Writes down the book, and begins a new incarnation where the store does not know it yet, lies in another table than
 * before, or was restored as the operator says. Where it does not know it, what it knows of the chain is not whole either.
 */
export async function keepBook(table: Table, book: BookFacts, restored = false): Promise<Book> {
  const [known, identity] = await Promise.all([readBook(table), table.identity()]);
  const sameLife = known !== undefined && known.table === identity && !restored;
  if (!known) await table.delete(cursorKey);
  const kept: Book = { ...book, table: identity, incarnation: sameLife ? known.incarnation : randomUUID() };
  await table.put({ ...bookKey, ...kept });
  return kept;
}

export async function readCursor(table: Table): Promise<Cursor | undefined> {
  const item = await table.get(cursorKey);
  return item as unknown as Cursor | undefined;
}

/** Whether this life of the store has seen the whole chain: until then, what it does not know may exist all the same. */
export async function isLearned(table: Table): Promise<boolean> {
  const [book, cursor] = await Promise.all([readBook(table), readCursor(table)]);
  return book !== undefined && cursor?.learned === book.incarnation;
}

/** Who may move the cursor, until when. */
export interface IndexerLease {
  owner: string;
  fence: number;
}

/** Makes `owner` the only indexer, or answers undefined where another one is at work. */
export async function takeIndexer(
  table: Table,
  owner: string,
  milliseconds: number,
): Promise<IndexerLease | undefined> {
  try {
    const item = await table.update({
      Key: { pk: "book", sk: "indexer" },
      UpdateExpression: "SET #owner = :owner, leaseUntil = :until ADD fence :one",
      ConditionExpression: "attribute_not_exists(#owner) OR #owner = :owner OR leaseUntil < :now",
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: {
        ":owner": owner,
        ":until": Date.now() + milliseconds,
        ":now": Date.now(),
        ":one": 1,
      },
    });
    return { owner, fence: item!.fence };
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}

/** Makes `owner` the only indexer, whoever was: that one stops when it next keeps its lease. */
export async function seizeIndexer(table: Table, owner: string, milliseconds: number): Promise<IndexerLease> {
  const item = await table.update({
    Key: { pk: "book", sk: "indexer" },
    UpdateExpression: "SET #owner = :owner, leaseUntil = :until ADD fence :one",
    ExpressionAttributeNames: { "#owner": "owner" },
    ExpressionAttributeValues: { ":owner": owner, ":until": Date.now() + milliseconds, ":one": 1 },
  });
  return { owner, fence: item!["fence"] };
}

/** Keeps the lease. Answers whether it is still held. */
export async function keepIndexer(table: Table, lease: IndexerLease, milliseconds: number): Promise<boolean> {
  try {
    await table.update({
      Key: { pk: "book", sk: "indexer" },
      UpdateExpression: "SET leaseUntil = :until",
      ConditionExpression: "fence = :fence",
      ExpressionAttributeValues: { ":until": Date.now() + milliseconds, ":fence": lease.fence },
    });
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}

export async function releaseIndexer(table: Table, lease: IndexerLease): Promise<void> {
  try {
    await table.update({
      Key: { pk: "book", sk: "indexer" },
      UpdateExpression: "REMOVE #owner",
      ConditionExpression: "fence = :fence",
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: { ":fence": lease.fence },
    });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/** Moves the cursor forward; answers false where it stands as far or farther, or the store forgot it meanwhile. */
export async function moveCursor(table: Table, from: Cursor | undefined, to: Cursor): Promise<boolean> {
  try {
    await table.put(
      { ...cursorKey, ...to },
      from
        ? { ConditionExpression: "blockNumber = :from", ExpressionAttributeValues: { ":from": from.blockNumber } }
        : { ConditionExpression: "attribute_not_exists(pk)" },
    );
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}

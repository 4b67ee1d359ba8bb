import { randomUUID } from "node:crypto";
import type { Kapok } from "../kapok.ts";
import type { Service } from "../scenario.ts";
import { LEASE_IS_OVER, leaseTimes } from "./lease.ts";
import type { Action, Table } from "./table.ts";
import { isRefused, refusals } from "./table.ts";

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
  /** Identities of the tables of this life of the store, by name. */
  tables: Record<string, string>;
  /**
   * Which life of the store this is. It changes when the store was lost or restored: lanes of another incarnation are
   * closed, and nothing is accepted until the indexer has learned the chain up to its head.
   */
  incarnation: string;
  /** When this life began, RFC 3339. Operations that were accepted before may have lost their place in the queue. */
  begunAt: string;
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
const indexerKey = { pk: "book", sk: "indexer" };

export async function readBook(table: Table): Promise<Book | undefined> {
  const item = await table.get(bookKey);
  return item as unknown as Book | undefined;
}

/**
 * Writes down the book, and begins a new incarnation where the store does not know it yet, lies in other tables than
 * before, or was restored as the operator says. What a new life knows of the chain need not be whole in every table, so
 * it is learned from its beginning.
 */
export async function keepBook(kapok: Kapok, book: BookFacts, restored = false): Promise<Book> {
  for (;;) {
    const [known, tables] = await Promise.all([readBook(kapok.core), kapok.readIdentities()]);
    const sameLife = known !== undefined && isMadeIn(known, tables) && !restored;
    const life = sameLife
      ? { incarnation: known.incarnation, begunAt: known.begunAt }
      : { incarnation: randomUUID(), begunAt: new Date().toISOString() };
    const kept: Book = { ...book, tables, ...life };
    try {
      await kapok.core.transact(writeBook(kapok.core, known, kept));
      return kept;
    } catch (error) {
      // Somebody else began another life since it was read.
      if (!refusals(error)?.some(({ code }) => code === "ConditionalCheckFailed")) throw error;
    }
  }
}

function writeBook({ name: TableName }: Table, known: Book | undefined, kept: Book): Action[] {
  const asRead = known
    ? {
        ConditionExpression: "incarnation = :known",
        ExpressionAttributeValues: { ":known": known.incarnation },
      }
    : { ConditionExpression: "attribute_not_exists(pk)" };
  const isSameLife = known?.incarnation === kept.incarnation;
  return [
    { Put: { TableName, Item: { ...bookKey, ...kept }, ...asRead } },
    ...(isSameLife ? [] : [{ Delete: { TableName, Key: cursorKey } }]),
  ];
}

/** Whether this life of the store is one of these tables, of which a function may know some. */
export function isMadeIn(book: Book, identities: Record<string, string>): boolean {
  return Object.entries(identities).every(([name, identity]) => book.tables[name] === identity);
}

export async function readCursor(table: Table): Promise<Cursor | undefined> {
  const item = await table.get(cursorKey);
  return item as unknown as Cursor | undefined;
}

/** Whether this life of the store has seen the whole chain: until then, what it does not know may exist all the same. */
export async function isLearned(kapok: Kapok<Service>): Promise<boolean> {
  const reads = [readBook(kapok.core), readCursor(kapok.core), kapok.identities()] as const;
  const [book, cursor, tables] = await Promise.all(reads);
  return book !== undefined && cursor?.learned === book.incarnation && isMadeIn(book, tables);
}

/** Who may move the cursor, until when. */
export interface IndexerLease {
  owner: string;
  fence: number;
}

/** Who indexes, or did last: the lease as it stands. */
export interface IndexerRow {
  /** Absent where it was given back. */
  owner?: string;
  /** Milliseconds since 1970. */
  leaseUntil: number;
}

export async function readIndexer(table: Table): Promise<IndexerRow | undefined> {
  return (await table.get(indexerKey)) as IndexerRow | undefined;
}

/** Makes `owner` the only indexer, or answers undefined where another one is at work. */
export async function takeIndexer(
  table: Table,
  owner: string,
  milliseconds: number,
): Promise<IndexerLease | undefined> {
  try {
    const item = await table.update({
      Key: indexerKey,
      UpdateExpression: "SET #owner = :owner, leaseUntil = :until ADD fence :one",
      ConditionExpression: `attribute_not_exists(#owner) OR #owner = :owner OR ${LEASE_IS_OVER}`,
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: {
        ":owner": owner,
        ":until": Date.now() + milliseconds,
        ":one": 1,
        ...leaseTimes(),
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
    Key: indexerKey,
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
      Key: indexerKey,
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
      Key: indexerKey,
      UpdateExpression: "REMOVE #owner",
      ConditionExpression: "fence = :fence",
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: { ":fence": lease.fence },
    });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/**
 * Moves the cursor forward, as the indexer; answers false where the cursor is not where it was, or another one has the
 * lease: that one may have dropped what this one wrote.
 */
export async function moveCursor(
  table: Table,
  lease: IndexerLease,
  from: Cursor | undefined,
  to: Cursor,
): Promise<boolean> {
  const stands = from
    ? { ConditionExpression: "blockNumber = :from", ExpressionAttributeValues: { ":from": from.blockNumber } }
    : { ConditionExpression: "attribute_not_exists(pk)" };
  try {
    await table.transact([
      { Put: { TableName: table.name, Item: { ...cursorKey, ...to }, ...stands } },
      stillIndexer(table, lease),
    ]);
    return true;
  } catch (error) {
    if (refusals(error)?.some(({ code }) => code === "ConditionalCheckFailed")) return false;
    throw error;
  }
}

/** The action by which an indexer only proves that it still is the one. */
function stillIndexer(table: Table, { fence }: IndexerLease): Action {
  return {
    ConditionCheck: {
      TableName: table.name,
      Key: indexerKey,
      ConditionExpression: "fence = :fence",
      ExpressionAttributeValues: { ":fence": fence },
    },
  };
}

import type { Action, Item, Key, Table } from "./table.ts";
import { chunks, LARGEST_TRANSACTION } from "./table.ts";
import { packIds, unpackIds } from "./operations.ts";

/**
 * What a lane wrote down before it spoke to the chain: for one nonce, the operations that it claims, and every
 * transaction that was ever signed for that nonce. The chain uses a nonce once, so what it mined decides.
 */
export interface Entry {
  nonce: number;
  /** The scenario whose ledger it goes to. */
  scenario: string;
  /** The operations of the first candidate, in order; later candidates hold a beginning of these. */
  ids: string[];
  /** The queue items that it holds whole. */
  queued: Key[];
  /** The queue items of which it holds a part. */
  partly?: Key[];
  candidates: Candidate[];
  /** The lane's bound on a batch when this one was made; absent where there was none. */
  limit?: number;
  /** Of an empty batch that only uses the nonce: which closing it belongs to, by that one's `since`. */
  closes?: number;
  /** What an administrator's transaction is for. */
  purpose?: string;
}

export interface Candidate {
  /** Transaction hash. */
  hash: string;
  /** How many of the entry's operations it holds, from the first on. */
  count: number;
  /** When it was written down, milliseconds since 1970. */
  at?: number;
  /** Whether it only rejects its operations. */
  void?: boolean;
}

const pk = (organisation: string) => `journal#${organisation}`;
const order = (nonce: number) => nonce.toString().padStart(12, "0");
export const entryKey = (organisation: string, nonce: number): Key => {
  return { pk: pk(organisation), sk: `entry#${order(nonce)}` };
};
const bytesKey = (organisation: string, nonce: number, candidate: number): Key => ({
  pk: pk(organisation),
  sk: `bytes#${order(nonce)}#${candidate}`,
});

/** The actions that put a new entry with its first signed transaction into the journal. */
export function journalEntry(table: Table, organisation: string, entry: Entry, bytes: Uint8Array): Action[] {
  const item = { ...entryKey(organisation, entry.nonce), ...entry, ids: packIds(entry.ids) };
  const condition = { ConditionExpression: "attribute_not_exists(pk)" };
  return [
    { Put: { TableName: table.name, Item: item, ...condition } },
    { Put: { TableName: table.name, Item: { ...bytesKey(organisation, entry.nonce, 0), bytes } } },
  ];
}

/** The actions that put another signed transaction for the same nonce beside the ones that the entry has. */
export function journalCandidate(
  table: Table,
  organisation: string,
  entry: Entry,
  candidate: Candidate,
  bytes: Uint8Array,
): Action[] {
  return [
    {
      Update: {
        TableName: table.name,
        Key: entryKey(organisation, entry.nonce),
        UpdateExpression: "SET candidates = list_append(candidates, :candidate)",
        ConditionExpression: "size(candidates) = :size",
        ExpressionAttributeValues: { ":candidate": [candidate], ":size": entry.candidates.length },
      },
    },
    {
      Put: { TableName: table.name, Item: { ...bytesKey(organisation, entry.nonce, entry.candidates.length), bytes } },
    },
  ];
}

/**
 * The actions that close an entry: nothing of it can happen any more that has not happened. Where it got another candidate
 * since it was read they are refused, or that one's bytes would stay behind.
 */
export function closeEntry(table: Table, organisation: string, entry: Entry): Action[] {
  const asRead = {
    ConditionExpression: "attribute_not_exists(pk) OR size(candidates) = :size",
    ExpressionAttributeValues: { ":size": entry.candidates.length },
  };
  return [
    { Delete: { TableName: table.name, Key: entryKey(organisation, entry.nonce), ...asRead } },
    ...entry.candidates.map((_, n) => ({
      Delete: { TableName: table.name, Key: bytesKey(organisation, entry.nonce, n) },
    })),
  ];
}

/** The action by which whoever found no entry at a nonce makes sure that there still is none. */
export function stillNoEntry(table: Table, organisation: string, nonce: number): Action {
  const Key = entryKey(organisation, nonce);
  return { ConditionCheck: { TableName: table.name, Key, ConditionExpression: "attribute_not_exists(pk)" } };
}

/** The open entries of a lane, lowest nonce first. */
export async function readJournal(table: Table, organisation: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const item of table.partition(pk(organisation), "entry#")) entries.push(entryOf(item));
  return entries;
}

/**
 * The open entries of a lane, with those at its undecided nonces that a transaction has put and not every reader sees yet:
 * for whoever empties the journal.
 */
export async function readWholeJournal(table: Table, organisation: string, lane: Nonces): Promise<Entry[]> {
  const entries = await readJournal(table, organisation);
  const seen = new Set(entries.map(({ nonce }) => nonce));
  const unseen: Key[] = [];
  for (let nonce = lane.decidedNonce; nonce < lane.nextNonce; nonce++) {
    if (!seen.has(nonce)) unseen.push(entryKey(organisation, nonce));
  }
  for (const some of chunks(unseen, LARGEST_TRANSACTION)) {
    for (const item of await table.getTogether(some)) if (item) entries.push(entryOf(item));
  }
  return entries;
}

interface Nonces {
  nextNonce: number;
  decidedNonce: number;
}

/** The journal has an entry and not its signed bytes: rows were lost, and so the lane cannot vouch for it. */
export class BytesMissing extends Error {
  readonly nonce: number;

  constructor(organisation: string, nonce: number, candidate: number) {
    super(`the journal of ${organisation} lacks the bytes of nonce ${nonce}, candidate ${candidate}`);
    this.name = "BytesMissing";
    this.nonce = nonce;
  }
}

/**
 * The signed bytes of one candidate; undefined where its entry was closed meanwhile.
 * @throws BytesMissing
 */
export async function readBytes(
  table: Table,
  organisation: string,
  nonce: number,
  candidate: number,
): Promise<Uint8Array | undefined> {
  const item = await table.get(bytesKey(organisation, nonce, candidate));
  if (item) return item["bytes"];
  const keys = [bytesKey(organisation, nonce, candidate), entryKey(organisation, nonce)];
  const [bytes, entry] = await table.getTogether(keys);
  if (entry && !bytes) throw new BytesMissing(organisation, nonce, candidate);
  return bytes?.["bytes"];
}

function entryOf(item: Item): Entry {
  const { pk, sk, ...entry } = item;
  return { ...(entry as unknown as Entry), ids: unpackIds(item["ids"]) };
}

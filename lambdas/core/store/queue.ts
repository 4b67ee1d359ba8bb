import { randomInt, randomUUID } from "node:crypto";
import type { EnvelopeEntry } from "../chain/envelope.ts";
import { packEnvelope, unpackEnvelope } from "../chain/envelope.ts";
import type { Action, Item, Key, Table } from "./table.ts";

/** A partition takes a thousand writes a second; a queue has as many as this. */
const SHARDS = 4;

/** Several operations of an organisation that wait together, as they will stand in the envelope; oldest items first. */
export interface Waiting {
  key: Key;
  scenario: string;
  entries: EnvelopeEntry[];
  /** When they were put there, milliseconds since 1970, by the clock of whoever accepted them. */
  since: number;
}

let sequence = 0;

/**
 * The action that lets operations wait, to be written in one transaction with them.
 * @param place a name of their own for all that wait in this item
 */
export function enqueue(
  table: Table,
  organisation: string,
  scenario: string,
  entries: EnvelopeEntry[],
  place: string = randomUUID(),
): Action {
  sequence = (sequence + 1) % 1_000_000;
  const order = `${Date.now().toString().padStart(15, "0")}#${sequence.toString().padStart(6, "0")}#${place}`;
  const pk = `queue#${organisation}#${randomInt(SHARDS)}`;
  const Item = { pk, sk: order, scenario, entries: packEnvelope(entries), size: entries.length };
  return { Put: { TableName: table.name, Item } };
}

/** What waits, oldest first, until `wanted` operations that are not `held` are found or the queue ends. */
export async function readQueue(
  table: Table,
  organisation: string,
  wanted: number,
  held: ReadonlySet<string>,
): Promise<Waiting[]> {
  const shards = await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) => {
      const found: Waiting[] = [];
      let free = 0;
      for await (const item of table.partition(`queue#${organisation}#${shard}`)) {
        const waiting = waitingOf(item);
        found.push(waiting);
        for (const { operation } of waiting.entries) if (!held.has(operation)) free++;
        if (free >= wanted) break;
      }
      return found;
    }),
  );
  return shards.flat().sort((a, b) => (a.key.sk < b.key.sk ? -1 : 1));
}

/** How many operations wait, those in a lane's journal included, and since when the oldest does. */
export interface Queued {
  depth: number;
  /** Milliseconds since 1970; absent where nothing waits. */
  since?: number;
}

export async function readQueued(table: Table, organisation: string): Promise<Queued> {
  let [depth, since] = [0, Infinity];
  for (let shard = 0; shard < SHARDS; shard++) {
    for await (const item of table.partition(`queue#${organisation}#${shard}`)) {
      depth += item["size"];
      since = Math.min(since, sinceOf(item));
    }
  }
  return { depth, ...(depth > 0 && { since }) };
}

/** The queue items with these keys that still stand. */
export async function readWaiting(table: Table, keys: Key[]): Promise<Waiting[]> {
  const items = await table.getMany<Item>(keys);
  return [...items.values()].map(waitingOf);
}

function waitingOf({ pk, sk, scenario, entries }: Item): Waiting {
  return { key: { pk, sk }, scenario, entries: unpackEnvelope(entries), since: sinceOf({ pk, sk }) };
}

/** Since when the operations of a queue item wait, milliseconds since 1970: its key says it. */
export function sinceOf({ sk }: Key): number {
  return Number(sk.split("#")[0]);
}

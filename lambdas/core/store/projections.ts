import type { Page } from "../facade.ts";
import type { Row } from "../scenario.ts";
import type { Place } from "../operation.ts";
import { Problem } from "../problem.ts";
import type { Item, Key, Table } from "./table.ts";
import { isRefused, within } from "./table.ts";

/** A row with the place that made it. */
export interface PlacedRow {
  row: Row;
  place: Place;
  /** Seconds since 1970, of the block. */
  time: number;
}

/** A place as a string that sorts as the chain does. */
export function orderOf(place: Pick<Place, "blockNumber" | "logIndex">): string {
  return `${place.blockNumber.toString().padStart(12, "0")}#${place.logIndex.toString().padStart(6, "0")}`;
}

/**
 * Writes rows. Appended rows are named by their place, so writing one again changes nothing. A replaced row is written
 * only over an older one, whoever writes it.
 */
export async function writeRows(table: Table, rows: PlacedRow[]): Promise<void> {
  const appended = rows.filter(({ row }) => row.sk === undefined).map((placed) => itemOf(placed));
  const newest = new Map<string, Item>();
  for (const placed of rows) {
    if (placed.row.sk !== undefined) newest.set(`${placed.row.pk} ${placed.row.sk}`, itemOf(placed));
  }
  await Promise.all([table.writeMany(appended), ...[...newest.values()].map((item) => replace(table, item))]);
}

async function replace(table: Table, item: Item): Promise<void> {
  try {
    await table.put(item, {
      ConditionExpression: "attribute_not_exists(pk) OR #order < :order",
      ExpressionAttributeNames: { "#order": "order" },
      ExpressionAttributeValues: { ":order": item.order },
    });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/** The item that a row becomes. An appended one is kept as text: a store has less to do for few attributes. */
export function itemOf({ row, place, time }: PlacedRow): Item {
  const { blockNumber, logIndex, hash: transactionHash } = place;
  const order = orderOf(place);
  const content = { blockNumber, logIndex, transactionHash, time, ...row.attributes };
  if (row.sk === undefined) return { pk: row.pk, sk: `at#${order}`, row: JSON.stringify(content) };
  return { pk: row.pk, sk: row.sk, order, ...content };
}

/** What a row says, with its keys and the place that made it. */
export function contentOf({ row, ...item }: Item): Item {
  return row === undefined ? (item as Item) : { ...(item as Item), ...JSON.parse(row) };
}

export interface PageOptions {
  newestFirst?: boolean;
  limit?: number;
  cursor?: string | undefined;
  prefix?: string;
}

/**
 * Rows of one partition, in the order of their sort keys or backwards.
 * @throws Problem `invalid-request` for a cursor that no page can have given
 */
export async function readRows(table: Table, pk: string, options: PageOptions = {}): Promise<Page> {
  const limit = options.limit ?? 50;
  const { items, next } = await table.page({
    ...within(pk, options.prefix ?? ""),
    Limit: limit,
    ScanIndexForward: !options.newestFirst,
    ...(options.cursor !== undefined && { ExclusiveStartKey: keyOf(pk, options.cursor) }),
  });
  return { rows: items.map(contentOf), ...(next && { cursor: Buffer.from(next.sk).toString("base64url") }) };
}

function keyOf(pk: string, cursor: string): Key {
  const sk = Buffer.from(cursor, "base64url").toString();
  if (!/^[\x20-\x7e]{1,200}$/.test(sk)) throw new Problem("invalid-request", "The cursor is not one that a page gave.");
  return { pk, sk };
}

/** Where the leaves of one batch lie: 32 bytes each, in the order of the tree. */
export function leavesKey(organisation: string, batch: number): Key {
  return { pk: `batch#${organisation}`, sk: batch.toString().padStart(12, "0") };
}

export async function readLeaves(table: Table, organisation: string, batch: number): Promise<Uint8Array[]> {
  const item = await table.get(leavesKey(organisation, batch));
  if (!item) throw new Error(`no leaves of batch ${batch} of ${organisation}: rebuild the projections`);
  const packed: Uint8Array = item.leaves;
  return Array.from({ length: packed.length / 32 }, (_, index) => packed.subarray(index * 32, index * 32 + 32));
}

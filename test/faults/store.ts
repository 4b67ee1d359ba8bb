import { chunks, dynamodb, Table, type Item, type Key } from "../../lambdas/core/store/table.ts";
import { readBook } from "../../lambdas/core/store/book.ts";
import { readJournal } from "../../lambdas/core/store/journal.ts";
import { allLanes } from "../../lambdas/core/store/lanes.ts";
import type { RunningKapok } from "../core/running-kapok.ts";
import type { Random } from "./random.ts";

interface Endpoints {
  dynamodbEndpoint: string;
  tables: string;
}

/** The tables of a running Kapok: core's, and the projection of points. */
export function tablesOf(kapok: RunningKapok): { core: Table; points: Table } {
  const { dynamodbEndpoint, tables } = kapok.read<Endpoints>("endpoints.json");
  const client = dynamodb(dynamodbEndpoint);
  return { core: new Table(client, `${tables}-core`), points: new Table(client, `${tables}-points`) };
}

/** Every item that says something about the chain alone, as comparable text in a known order. */
export async function projections(kapok: RunningKapok): Promise<string[]> {
  const { core, points } = tablesOf(kapok);
  const rows: Item[] = [];
  for await (const item of points.everything()) rows.push(item);
  for (const partition of ["organisations", "signers"])
    for await (const item of core.partition(partition)) rows.push(item);
  return rows.map(textOf).sort();
}

/** What a lane should not keep once everything is decided: waiting operations, open journal entries. */
export async function leftovers(kapok: RunningKapok): Promise<string[]> {
  const left: string[] = [];
  for await (const { pk, sk } of tablesOf(kapok).core.everything()) {
    if (/^(queue|journal)#/.test(pk)) left.push(`${pk} ${sk}`);
  }
  return left;
}

function textOf(item: Item): string {
  return JSON.stringify(
    Object.entries(item)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value]),
  );
}

/** Lets every lease be over at once, as if its time had passed: whoever waits for a dead owner need not wait any longer. */
export async function expireLeases(kapok: RunningKapok): Promise<void> {
  const { core } = tablesOf(kapok);
  const keys: Key[] = [{ pk: "book", sk: "indexer" }];
  for await (const { pk, sk } of core.partition("lane")) keys.push({ pk, sk });
  for (const Key of keys) {
    await core.update({
      Key,
      UpdateExpression: "SET leaseUntil = :past",
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeValues: { ":past": 0 },
    });
  }
}

/** Deletes every item of every table, in no order, while the product goes on. */
export async function emptyTables(kapok: RunningKapok, random: Random): Promise<void> {
  const found: { table: Table; key: Key }[] = [];
  for (const table of Object.values(tablesOf(kapok))) {
    for await (const { pk, sk } of table.everything()) found.push({ table, key: { pk, sk } });
  }
  for (const some of chunks(random.shuffled(found), 20)) {
    await Promise.all(some.map(({ table, key }) => table.delete(key)));
  }
}

/** How many operations the journals hold for now. */
export async function journaled(kapok: RunningKapok, organisations: readonly string[]): Promise<number> {
  const { core } = tablesOf(kapok);
  const journals = await Promise.all(organisations.map((organisation) => readJournal(core, organisation)));
  return journals.flat().flatMap(({ ids }) => ids).length;
}

/** Whether every lane takes work: none has to use up nonces of lost bytes first. */
export async function lanesAreOpen(kapok: RunningKapok): Promise<boolean> {
  const { core } = tablesOf(kapok);
  const [book, lanes] = await Promise.all([readBook(core), allLanes(core)]);
  return lanes.length > 0 && lanes.every(({ closing, incarnation }) => !closing && incarnation === book?.incarnation);
}

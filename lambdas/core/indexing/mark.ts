import { decide, operationKey, readDecided } from "../store/operations.ts";
import type { Change, Key, Table } from "../store/table.ts";
import { isRefused } from "../store/table.ts";
import { readWaiting } from "../store/queue.ts";
import type { Decided } from "./read-block.ts";

/**
 * Writes decisions on operations. The first decision in chain order stays; an operation that the store does not have was
 * made by another Kapok, or by this one in an earlier life, and is known from here on.
 */
export async function mark(table: Table, decided: Decided[]): Promise<void> {
  const first = new Map<string, Change>();
  for (const { organisation, id, scenario, decision } of decided) {
    const name = `${organisation} ${id}`;
    if (!first.has(name)) first.set(name, decide(organisation, id, scenario, decision));
  }
  await table.writeMany([], [], [...first.values()]);
}

/** Takes queue items out of which every operation is decided. */
export async function unqueue(table: Table, organisation: string, keys: Key[]): Promise<void> {
  const waiting = await readWaiting(table, keys);
  const ids = waiting.flatMap(({ entries }) => entries.map(({ operation }) => operation));
  const decided = await readDecided(table, organisation, ids);
  const done = waiting.filter(({ entries }) => entries.every(({ operation }) => decided.has(operation)));
  await table.writeMany(
    [],
    done.map(({ key }) => key),
  );
}

/** Notes on operations that a transaction held and another one was mined in its place: readers go on seeing `submitted`. */
export async function markReturned(table: Table, organisation: string, ids: string[]): Promise<void> {
  await Promise.all(ids.map((id) => markOne(table, operationKey(organisation, id))));
}

/** One that the store has lost meanwhile does not come back as an empty row, which a retry would take for the operation. */
async function markOne(table: Table, Key: Key): Promise<void> {
  try {
    await table.update({
      Key,
      UpdateExpression: "SET returned = :yes",
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeValues: { ":yes": true },
    });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

import { operationItem, operationKey, operationOf } from "../store/operations.ts";
import type { Item, Key, Table } from "../store/table.ts";
import { nameOf } from "../store/table.ts";
import { readWaiting } from "../store/queue.ts";
import type { Decided } from "./read-block.ts";

/**
 * Writes decisions on operations. The first decision in chain order stays; an operation that the store does not have was
 * made by another Kapok, or by this one in an earlier life, and is known from here on.
 */
export async function mark(table: Table, decided: Decided[]): Promise<void> {
  const keys = decided.map(({ organisation, id }) => operationKey(organisation, id));
  const known = await table.getMany(keys);
  const marked = new Map<string, Item>();
  decided.forEach(({ organisation, id, scenario, decision }, index) => {
    const name = nameOf(keys[index]!);
    const item = known.get(name);
    if (marked.has(name) || item?.decision) return;
    const operation = item ? operationOf(item) : { organisation, id, scenario };
    marked.set(name, operationItem({ ...operation, decision }));
  });
  await table.writeMany([...marked.values()]);
}

/** Takes queue items out of which every operation is decided. */
export async function unqueue(table: Table, organisation: string, keys: Key[]): Promise<void> {
  const waiting = await readWaiting(table, keys);
  const operations = await table.getMany(waiting.flatMap(({ ids }) => ids.map((id) => operationKey(organisation, id))));
  const done = waiting.filter(({ ids }) => {
    return ids.every((id) => operations.get(nameOf(operationKey(organisation, id)))?.decision);
  });
  await table.writeMany(
    [],
    done.map(({ key }) => key),
  );
}

/** Notes on operations that a transaction held and another one was mined in its place: readers go on seeing `submitted`. */
export async function markReturned(table: Table, organisation: string, ids: string[]): Promise<void> {
  const items = await table.getMany(ids.map((id) => operationKey(organisation, id)));
  const open = [...items.values()].filter((item) => !item.decision && !item.returned);
  await table.writeMany(open.map((item) => ({ ...item, returned: true })));
}

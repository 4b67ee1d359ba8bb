import { uuidBytes, uuidOf } from "../operation.ts";
import type { Operation } from "../operation.ts";
import type { Item, Key, Table } from "./table.ts";
import { nameOf } from "./table.ts";

/** Where an operation lies: a partition of its own, so that a busy organisation spreads over all of them. */
export function operationKey(organisation: string, id: string): Key {
  return { pk: `operation#${organisation}#${id}`, sk: "operation" };
}

export function operationItem(operation: Operation): Item {
  return { ...operationKey(operation.organisation, operation.id), ...operation };
}

export function operationOf(item: Item): Operation {
  const { pk, sk, ...operation } = item;
  return operation as unknown as Operation;
}

/** The operations that exist, by id. */
export async function readOperations(table: Table, organisation: string, ids: string[]): Promise<Map<string, Operation>> {
  const keys = ids.map((id) => operationKey(organisation, id));
  const items = await table.getMany(keys);
  const found = new Map<string, Operation>();
  ids.forEach((id, index) => {
    const item = items.get(nameOf(keys[index]!));
    if (item) found.set(id, operationOf(item));
  });
  return found;
}

/** Ids packed sixteen bytes each. */
export function packIds(ids: string[]): Uint8Array {
  return Buffer.concat(ids.map(uuidBytes));
}

export function unpackIds(packed: Uint8Array): string[] {
  return Array.from({ length: packed.length / 16 }, (_, index) => uuidOf(packed.subarray(index * 16, index * 16 + 16)));
}

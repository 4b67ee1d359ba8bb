import { uuidBytes, uuidOf } from "../operation.ts";
import type { Decision, Operation } from "../operation.ts";
import type { Change, Item, Key, Table } from "./table.ts";
import { nameOf } from "./table.ts";

/** Where an operation lies: a partition of its own, so that a busy organisation spreads over all of them. */
export function operationKey(organisation: string, id: string): Key {
  return { pk: `operation#${organisation}#${id}`, sk: "operation" };
}

/**
 * The item of an operation that nobody has decided yet. What it asks for and its decision are kept as text: only we read
 * them, and a store has less to do for few attributes.
 */
export function operationItem(operation: Operation): Item {
  const { organisation, id, scenario, kind, request, acceptedAt } = operation;
  return { ...operationKey(organisation, id), scenario, kind, request: JSON.stringify(request), acceptedAt };
}

export function operationOf(item: Item): Operation {
  const { pk, sk, request, decision, ...others } = item;
  const [, organisation, id] = pk.split("#") as [string, string, string];
  const { scenario, ...decided } = decision ? JSON.parse(decision) : {};
  return {
    organisation,
    id,
    ...(scenario && { scenario }),
    ...others,
    ...(request && { request: JSON.parse(request) }),
    ...(decision && { decision: decided }),
  } as Operation;
}

/** The change that decides an operation, once: the first decision stays. One that the store does not have is known then. */
export function decide(organisation: string, id: string, scenario: string, decision: Decision): Change {
  return {
    Key: operationKey(organisation, id),
    UpdateExpression: "SET decision = if_not_exists(decision, :decision)",
    ExpressionAttributeValues: { ":decision": JSON.stringify({ scenario, ...decision }) },
  };
}

/** The operations that exist, by id. */
export async function readOperations(
  table: Table,
  organisation: string,
  ids: string[],
): Promise<Map<string, Operation>> {
  const keys = ids.map((id) => operationKey(organisation, id));
  const items = await table.getMany(keys);
  const found = new Map<string, Operation>();
  ids.forEach((id, index) => {
    const item = items.get(nameOf(keys[index]!));
    if (item) found.set(id, operationOf(item));
  });
  return found;
}

/** Which of these operations are decided. */
export async function readDecided(table: Table, organisation: string, ids: string[]): Promise<Set<string>> {
  const keys = ids.map((id) => operationKey(organisation, id));
  const items = await table.getMany(keys, ["decision"]);
  return new Set(ids.filter((_, index) => items.get(nameOf(keys[index]!))?.["decision"] !== undefined));
}

/** Ids packed sixteen bytes each. */
export function packIds(ids: string[]): Uint8Array {
  return Buffer.concat(ids.map(uuidBytes));
}

export function unpackIds(packed: Uint8Array): string[] {
  return Array.from({ length: packed.length / 16 }, (_, index) => uuidOf(packed.subarray(index * 16, index * 16 + 16)));
}

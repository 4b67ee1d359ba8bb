import { uuidBytes, uuidOf } from "../operation.ts";
import type { Decision, Operation } from "../operation.ts";
import type { Outcomes } from "./outcomes.ts";
import { outcomesKey, outcomesOf } from "./outcomes.ts";
import type { Action, Change, Item, Key, Table } from "./table.ts";
import { nameOf } from "./table.ts";

/** Where an operation lies: a partition of its own, so that a busy organisation spreads over all of them. */
export function operationKey(organisation: string, id: string): Key {
  return { pk: `operation#${organisation}#${id}`, sk: "operation" };
}

/**
 * The item of an operation that nobody has decided yet. What it asks for and its decision are kept as text: only we read
 * them, and a store has less to do for few attributes.
 * @param queued where it waits, and where its decision may be found beside those of its company
 * @param together how many operations wait there
 */
export function operationItem(operation: Operation, queued: string, together: number): Item {
  const { organisation, id, scenario, kind, request, acceptedAt } = operation;
  const content = { scenario, kind, request: JSON.stringify(request), acceptedAt };
  return { ...operationKey(organisation, id), ...content, queued, together };
}

/** The operation of an item alone; its decision may lie elsewhere. */
export function operationOf(item: Item): Operation {
  const { pk, sk, request, decision, queued, together, ...others } = item;
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

/** The action by which whoever found no row of an operation makes sure that there still is none. */
export function stillNoOperation(table: Table, organisation: string, id: string): Action {
  const Key = operationKey(organisation, id);
  return { ConditionCheck: { TableName: table.name, Key, ConditionExpression: "attribute_not_exists(pk)" } };
}

/** One operation of one organisation. */
export interface Named {
  organisation: string;
  id: string;
}

/** What stands in the store of each of these operations, in order; undefined where there is none. */
export async function readEach(table: Table, wanted: Named[]): Promise<(Operation | undefined)[]> {
  const items = await readItems(table, wanted);
  return items.map((item) => item && operationOf(item));
}

/** The operations that exist, by id. */
export async function readOperations(
  table: Table,
  organisation: string,
  ids: string[],
): Promise<Map<string, Operation>> {
  const operations = await readEach(
    table,
    ids.map((id) => ({ organisation, id })),
  );
  return new Map(operations.flatMap((operation) => (operation ? [[operation.id, operation]] : [])));
}

/** Which of these operations are decided, and which the store has and are not. */
export async function readOpen(
  table: Table,
  organisation: string,
  ids: string[],
): Promise<{ decided: Set<string>; open: Set<string> }> {
  const items = await readItems(
    table,
    ids.map((id) => ({ organisation, id })),
    ["decision", "queued"],
  );
  const stands = (decided: boolean) =>
    new Set(ids.filter((_, index) => items[index] && (items[index]["decision"] !== undefined) === decided));
  return { decided: stands(true), open: stands(false) };
}

/** Where an operation was put to wait, and whether it is decided by its own item. */
export interface Standing {
  decided: boolean;
  queued?: string;
  /** How many operations were put there with it. */
  together?: number;
}

/** How each of these operations that the store has stands. */
export async function readStandings(table: Table, wanted: Named[]): Promise<(Standing | undefined)[]> {
  const keys = wanted.map(({ organisation, id }) => operationKey(organisation, id));
  const items = await table.getMany(keys, ["decision", "queued", "together"]);
  return keys.map((key) => {
    const item = items.get(nameOf(key));
    return item && { decided: item["decision"] !== undefined, queued: item["queued"], together: item["together"] };
  });
}

/** The items of operations, with the decisions that lie beside those of their company. */
async function readItems(table: Table, wanted: Named[], attributes?: string[]): Promise<(Item | undefined)[]> {
  const keys = wanted.map(({ organisation, id }) => operationKey(organisation, id));
  const items = await table.getMany(keys, attributes);
  const places = wanted.map(({ organisation }, index) => {
    const item = items.get(nameOf(keys[index]!));
    return item && !item["decision"] && item["queued"] ? outcomesKey(organisation, item["queued"]) : undefined;
  });
  const packed = await table.getMany(places.filter((place) => place !== undefined));
  const outcomes = new Map([...packed].map(([name, item]) => [name, outcomesOf(item)]));
  return wanted.map(({ id }, index) => {
    const [item, place] = [items.get(nameOf(keys[index]!)), places[index]];
    const found = place && outcomes.get(nameOf(place));
    return item && found ? withOutcome(item, id, found) : item;
  });
}

/** The item of an operation as if its decision stood in it. */
function withOutcome(item: Item, id: string, outcomes: Outcomes): Item {
  const found = outcomes.get(id);
  if (!found) return item;
  return { ...item, decision: JSON.stringify({ scenario: found.scenario, ...found.decision }) };
}

/** Ids packed sixteen bytes each. */
export function packIds(ids: string[]): Uint8Array {
  return Buffer.concat(ids.map(uuidBytes));
}

export function unpackIds(packed: Uint8Array): string[] {
  return Array.from({ length: packed.length / 16 }, (_, index) => uuidOf(packed.subarray(index * 16, index * 16 + 16)));
}

import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Decision } from "../operation.ts";
import type { Item, Key, Table } from "./table.ts";
import { isRefused } from "./table.ts";

/** DynamoDB takes 400 kB an item; decisions are far shorter than this. */
const LARGEST = 300_000;

/**
 * What one block decided of the operations that were put into the queue together. They lie in one item, which costs a
 * store far less than a change of each operation's own; that one says where to look. Once written it never changes.
 */
export type Outcomes = Map<string, { scenario: string; decision: Decision }>;

/** @param place where the operations waited, as their own items say */
export function outcomesKey(organisation: string, place: string): Key {
  return { pk: `outcomes#${organisation}#${place}`, sk: "outcomes" };
}

/** Keeps outcomes, unless some of this place are kept already or they are too many; answers whether it did. */
export async function keepOutcomes(
  table: Table,
  organisation: string,
  place: string,
  outcomes: Outcomes,
): Promise<boolean> {
  const packed = deflateRawSync(JSON.stringify([...outcomes]), { level: 1 });
  if (packed.length > LARGEST) return false;
  const item = { ...outcomesKey(organisation, place), outcomes: packed };
  try {
    await table.put(item, { ConditionExpression: "attribute_not_exists(pk)" });
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}

export async function readOutcomes(table: Table, organisation: string, place: string): Promise<Outcomes> {
  const item = await table.get(outcomesKey(organisation, place));
  return item ? outcomesOf(item) : new Map();
}

export function outcomesOf(item: Item): Outcomes {
  return new Map(JSON.parse(inflateRawSync(item["outcomes"]).toString()));
}

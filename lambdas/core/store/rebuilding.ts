import type { Action, Key, Table } from "./table.ts";
import { isRefused } from "./table.ts";

export const rebuildingKey: Key = { pk: "book", sk: "rebuilding" };

/** After this time every reader has seen that a rebuild began: views of this row are no older than a second. */
export const SEEN_MILLISECONDS = 3000;

/** Whether the projections are being made again: what they hold meanwhile is not the truth. */
export async function isRebuilding(table: Table): Promise<boolean> {
  return (await rebuildingOwner(table)) !== undefined;
}

/** Who makes the projections again, or died doing it. */
export async function rebuildingOwner(table: Table): Promise<string | undefined> {
  return (await table.get(rebuildingKey))?.["owner"];
}

/** Who makes the projections again, and since when, RFC 3339. */
export async function readRebuilding(table: Table): Promise<{ owner: string; since: string } | undefined> {
  return (await table.get(rebuildingKey)) as unknown as { owner: string; since: string } | undefined;
}

/** Says that `owner` makes the projections again. It stays said when `owner` dies, until a rebuild is seen through. */
export async function markRebuilding(table: Table, owner: string): Promise<void> {
  await table.put({ ...rebuildingKey, owner, since: new Date().toISOString() });
}

/** The action by which `owner` only proves that it still makes the projections again. */
export function stillRebuilding(table: Table, owner: string): Action {
  return {
    ConditionCheck: {
      TableName: table.name,
      Key: rebuildingKey,
      ConditionExpression: "#owner = :owner",
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: { ":owner": owner },
    },
  };
}

/** Says that the projections are whole again; answers false where another rebuild has begun meanwhile. */
export async function endRebuilding(table: Table, owner: string): Promise<boolean> {
  try {
    await table.delete(rebuildingKey, {
      ConditionExpression: "#owner = :owner",
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: { ":owner": owner },
    });
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}

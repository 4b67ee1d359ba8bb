import type { Key, Table } from "./table.ts";
import { isRefused } from "./table.ts";

const key: Key = { pk: "book", sk: "sweep" };

/**
 * Notes when the sweeper ran last. Whoever it started does so: the sweeper itself writes nothing, and a note says that
 * what it starts arrives.
 * @param at milliseconds since 1970
 */
export async function noteSweep(table: Table, at: number): Promise<void> {
  try {
    await table.update({
      Key: key,
      UpdateExpression: "SET sweptAt = :at",
      ConditionExpression: "attribute_not_exists(sweptAt) OR sweptAt < :at",
      ExpressionAttributeValues: { ":at": at },
    });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/** When the last sweep was, milliseconds since 1970; undefined where there never was one, such as on one machine. */
export async function readSweep(table: Table): Promise<number | undefined> {
  return (await table.get(key))?.["sweptAt"];
}

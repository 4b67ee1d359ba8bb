import type { Table } from "./table.ts";

const key = (organisation: string) => ({ pk: "wake-ups", sk: organisation });

/** Leaves a mark that somebody wanted a lane to be looked at while it had an owner. */
export async function markWakeUp(table: Table, organisation: string): Promise<void> {
  await table.update({
    Key: key(organisation),
    UpdateExpression: "ADD wakeUps :one",
    ExpressionAttributeValues: { ":one": 1 },
  });
}

/** How many such marks there are. An owner that finds more after it gave the lane back looks again. */
export async function countWakeUps(table: Table, organisation: string): Promise<number> {
  return (await table.get(key(organisation)))?.["wakeUps"] ?? 0;
}

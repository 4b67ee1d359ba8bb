import { laneKey } from "./lanes.ts";
import type { Action, Table } from "./table.ts";

/** A change of the lane's signer that is under way. */
export interface Rotation {
  from: string;
  to: string;
  /** The old key cannot sign any more. */
  lost: boolean;
  /** Another Kapok administers the book: its operator lets the new key speak and ends the old one. */
  awaited?: boolean;
  /** The life of the store in which the chain had never heard of the new key: in that life it has signed nothing yet. */
  unusedIn?: string;
}

/** Notes that a change of signer is under way; one that is already is answered as it stands. */
export async function beginRotation(table: Table, organisation: string, rotation: Rotation): Promise<Rotation> {
  const lane = await table.update({
    Key: laneKey(organisation),
    UpdateExpression: "SET rotation = if_not_exists(rotation, :rotation)",
    ConditionExpression: "attribute_exists(pk)",
    ExpressionAttributeValues: { ":rotation": rotation },
  });
  return lane!.rotation;
}

/** Bars the lane from new batches until it has its new signer; what its journal holds goes on. */
export async function barLane(table: Table, organisation: string, { from }: Rotation): Promise<void> {
  await table.update({
    Key: laneKey(organisation),
    UpdateExpression: "SET barred = :yes",
    ConditionExpression: "attribute_exists(rotation) AND signer = :from",
    ExpressionAttributeValues: { ":yes": true, ":from": from },
  });
}

/** The action by which whoever empties the journal of a barred lane proves that it still has its old signer. */
export function stillBarred(table: Table, organisation: string, { from }: Rotation): Action {
  return {
    ConditionCheck: {
      TableName: table.name,
      Key: laneKey(organisation),
      ConditionExpression: "signer = :from AND attribute_exists(barred)",
      ExpressionAttributeValues: { ":from": from },
    },
  };
}

/** Stops a lane that is barred: its signer signs nothing more, not even an empty batch. */
export async function stopLane(table: Table, organisation: string, rotation: Rotation, reason: string): Promise<void> {
  await table.update({
    Key: laneKey(organisation),
    UpdateExpression: "SET stopped = :reason",
    ConditionExpression: "signer = :from AND attribute_exists(barred)",
    ExpressionAttributeValues: { ":reason": reason, ":from": rotation.from },
  });
}

/**
 * Gives the lane its new signer and opens it. Its nonces are the new key's from here on. Where that key may have signed in
 * another life of the store, lost bytes of it may land, and the lane closes first.
 * @param used how many nonces the new key has used
 */
export async function switchSigner(
  table: Table,
  organisation: string,
  rotation: Rotation,
  used: number,
  incarnation: string,
): Promise<void> {
  const isUnused = rotation.unusedIn === incarnation;
  const others = "barred, stopped, voiding, strangerAt, #limit";
  await table.update({
    Key: laneKey(organisation),
    UpdateExpression:
      "SET signer = :to, nextNonce = :used, decidedNonce = :used" +
      (isUnused ? ` REMOVE ${others}, closing` : `, closing = :closing REMOVE ${others}`),
    ConditionExpression: "signer = :from AND attribute_exists(barred)",
    ExpressionAttributeNames: { "#limit": "limit" },
    ExpressionAttributeValues: {
      ":to": rotation.to,
      ":from": rotation.from,
      ":used": used,
      ...(!isUnused && { ":closing": { since: Date.now() } }),
    },
  });
}

/** Notes that a change of signer is over; one that began since then stays. */
export async function endRotation(table: Table, organisation: string, { to }: Rotation): Promise<void> {
  await table.update({
    Key: laneKey(organisation),
    UpdateExpression: "REMOVE rotation",
    ConditionExpression: "rotation.#to = :to",
    ExpressionAttributeNames: { "#to": "to" },
    ExpressionAttributeValues: { ":to": to },
  });
}

import type { Action, Item, Key, Table } from "./table.ts";
import type { Book, Cursor } from "./book.ts";
import { bookKey, cursorKey } from "./book.ts";
import { LEASE_IS_OVER, leaseTimes } from "./lease.ts";
import { isRefused, nameOf } from "./table.ts";

/** How long an owner may keep a lane without writing to it. A dead owner's lane goes on after that. */
export const LEASE_MILLISECONDS = 15_000;

/**
 * The row of one signer's ordered stream of transactions. Of two owners one loses, because every journal write expects
 * the fencing number and the nonce that its writer read.
 */
export interface Lane {
  organisation: string;
  /** Address of the key that signs. */
  signer: string;
  /** The incarnation of the store in which this row was made; another one means that the journal may lack bytes. */
  incarnation: string;
  owner?: string;
  /** Milliseconds since 1970. */
  leaseUntil: number;
  /** Grows each time that the lane is taken. */
  fence: number;
  /** The nonce of the next transaction: the journal's word, never the chain's. */
  nextNonce: number;
  /** Every nonce below is mined and indexed. Written by the indexer. */
  decidedNonce: number;
  /** The most operations for the next batch, after one that did not land; absent when there is no such bound. */
  limit?: number;
  /** The operation that the next batch only rejects: alone it reverted. */
  voiding?: string;
  /** Set while the lane may not start a batch: its signer is being changed. */
  barred?: boolean;
  /** Set from the first step of a change of signer to the last. */
  rotation?: Rotation;
  /** Why the lane signs nothing until a person looks; absent when all is well. */
  stopped?: string;
  /** Set while lost bytes may still land. */
  closing?: Closing;
  /** When the chain last used a nonce of this signer that the journal lacks, milliseconds since 1970. */
  strangerAt?: number;
  /** How many operations waited when the owner last looked, and when that was. */
  depth?: number;
}

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

/** The way of a lane from not knowing what was signed before to knowing that none of it can land any more. */
export interface Closing {
  /** Milliseconds since 1970. */
  since: number;
  /** The first nonce at which an empty batch of this closing was mined. */
  first?: number;
}

/** In place of an organisation: the key that administers the book. No organisation's id has this character. */
export const ADMINISTRATOR = "#administrator";

/** The administrator's lane is not among those that take operations. */
function key(organisation: string): Key {
  return { pk: organisation === ADMINISTRATOR ? "administrator" : "lane", sk: organisation };
}

function laneOf(item: Item): Lane {
  const { pk, sk, ...lane } = item;
  return lane as unknown as Lane;
}

export async function readLane(table: Table, organisation: string): Promise<Lane | undefined> {
  const item = await table.get(key(organisation));
  return item && laneOf(item);
}

/** The lane, and what stands at another key at the same moment. */
export async function readLaneBeside(
  table: Table,
  organisation: string,
  beside: Key,
): Promise<{ lane?: Lane; item?: Item }> {
  const [lane, item] = await table.getTogether([key(organisation), beside]);
  return { ...(lane && { lane: laneOf(lane) }), ...(item && { item }) };
}

/** The lane together with the book and the cursor, in one read. */
export async function readStanding(
  table: Table,
  organisation: string,
): Promise<{ book?: Book; cursor?: Cursor; lane?: Lane }> {
  const items = await table.getMany([bookKey, cursorKey, key(organisation)]);
  const [book, cursor, lane] = [bookKey, cursorKey, key(organisation)].map((each) => items.get(nameOf(each)));
  return {
    ...(book && { book: book as unknown as Book }),
    ...(cursor && { cursor: cursor as unknown as Cursor }),
    ...(lane && { lane: laneOf(lane) }),
  };
}

export async function allLanes(table: Table): Promise<Lane[]> {
  const lanes: Lane[] = [];
  for await (const item of table.partition("lane")) lanes.push(laneOf(item));
  return lanes;
}

/** Creates the row of a lane. Nothing happens when there is one. */
export async function createLane(
  table: Table,
  lane: Pick<Lane, "organisation" | "signer" | "incarnation"> & Partial<Lane>,
): Promise<void> {
  // A fence that no owner of an earlier row of this lane can have had.
  const row: Lane = { leaseUntil: 0, fence: Date.now(), nextNonce: 0, decidedNonce: 0, ...lane };
  try {
    await table.put({ ...key(lane.organisation), ...row }, { ConditionExpression: "attribute_not_exists(pk)" });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/** Makes `owner` the lane's only owner, or answers undefined where another one has it. */
export async function takeLane(table: Table, organisation: string, owner: string): Promise<Lane | undefined> {
  try {
    const item = await table.update({
      Key: key(organisation),
      UpdateExpression: "SET #owner = :owner, leaseUntil = :until, fence = fence + :one",
      ConditionExpression: `attribute_exists(pk) AND (attribute_not_exists(#owner) OR #owner = :owner OR ${LEASE_IS_OVER})`,
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: {
        ":owner": owner,
        ":until": Date.now() + LEASE_MILLISECONDS,
        ":one": 1,
        ...leaseTimes(),
      },
    });
    return item && laneOf(item);
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}

/**
 * Changes the lane as its owner and keeps the lease.
 * @throws ConditionalCheckFailedException where the lane has another owner by now
 */
export async function changeLane(
  table: Table,
  lane: Lane,
  set: Partial<Lane>,
  remove: (keyof Lane)[] = [],
): Promise<Lane> {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = { ":fence": lane.fence };
  const assignments = Object.entries({ ...set, leaseUntil: Date.now() + LEASE_MILLISECONDS }).map(([name, value]) => {
    names[`#${name}`] = name;
    values[`:${name}`] = value;
    return `#${name} = :${name}`;
  });
  for (const name of remove) names[`#${name}`] = name;
  const item = await table.update({
    Key: key(lane.organisation),
    UpdateExpression:
      `SET ${assignments.join(", ")}` + (remove.length ? ` REMOVE ${remove.map((name) => `#${name}`).join(", ")}` : ""),
    ConditionExpression: "fence = :fence",
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  });
  return laneOf(item!);
}

/** Gives the lane back, unless somebody else has it by now. */
export async function releaseLane(table: Table, lane: Lane): Promise<void> {
  try {
    await changeLane(table, lane, {}, ["owner"]);
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/**
 * The action that uses a nonce of the lane, as its owner, at exactly the nonce that was read. One that the chain used
 * meanwhile is refused: no block would ever settle its entry.
 * @param empty whether it is an empty batch, by which a lane can be closed though it is barred
 */
export function useNonce(table: Table, lane: Lane, empty = false): Action {
  return {
    Update: {
      TableName: table.name,
      Key: key(lane.organisation),
      UpdateExpression: "SET nextNonce = :next, leaseUntil = :until",
      ConditionExpression:
        "fence = :fence AND nextNonce = :nonce AND signer = :signer AND incarnation = :incarnation " +
        "AND decidedNonce <= :nonce AND attribute_not_exists(stopped)" +
        (empty ? "" : " AND attribute_not_exists(barred) AND attribute_not_exists(closing)"),
      ExpressionAttributeValues: {
        ":next": lane.nextNonce + 1,
        ":nonce": lane.nextNonce,
        ":until": Date.now() + LEASE_MILLISECONDS,
        ":fence": lane.fence,
        ":signer": lane.signer,
        ":incarnation": lane.incarnation,
      },
    },
  };
}

/** The action by which an owner only proves that it still is one. */
export function stillOwned(table: Table, lane: Lane): Action {
  return {
    ConditionCheck: {
      TableName: table.name,
      Key: key(lane.organisation),
      ConditionExpression: "fence = :fence",
      ExpressionAttributeValues: { ":fence": lane.fence },
    },
  };
}

/**
 * The action by which the indexer says that `nonce` is mined and indexed, and what follows from how it went. It never
 * goes back, so a block that is applied twice changes nothing; and it speaks of the signer whose nonce it is.
 */
export function decideNonce(
  table: Table,
  lane: Lane,
  nonce: number,
  consequence: { set?: Partial<Lane>; remove?: (keyof Lane)[] } = {},
): Action {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = { ":decided": nonce + 1, ":signer": lane.signer };
  const assignments = Object.entries(consequence.set ?? {}).map(([name, value]) => {
    names[`#${name}`] = name;
    values[`:${name}`] = value;
    return `#${name} = :${name}`;
  });
  for (const name of consequence.remove ?? []) names[`#${name}`] = name;
  const removal = consequence.remove?.length
    ? ` REMOVE ${consequence.remove.map((name) => `#${name}`).join(", ")}`
    : "";
  return {
    Update: {
      TableName: table.name,
      Key: key(lane.organisation),
      UpdateExpression: `SET ${["decidedNonce = :decided", ...assignments].join(", ")}${removal}`,
      ConditionExpression: "decidedNonce < :decided AND signer = :signer",
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ExpressionAttributeValues: values,
    },
  };
}

/** Notes that a change of signer is under way; one that is already is answered as it stands. */
export async function beginRotation(table: Table, organisation: string, rotation: Rotation): Promise<Rotation> {
  const lane = await table.update({
    Key: key(organisation),
    UpdateExpression: "SET rotation = if_not_exists(rotation, :rotation)",
    ConditionExpression: "attribute_exists(pk)",
    ExpressionAttributeValues: { ":rotation": rotation },
  });
  return lane!.rotation;
}

/** Bars the lane from new batches until it has its new signer; what its journal holds goes on. */
export async function barLane(table: Table, organisation: string, { from }: Rotation): Promise<void> {
  await table.update({
    Key: key(organisation),
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
      Key: key(organisation),
      ConditionExpression: "signer = :from AND attribute_exists(barred)",
      ExpressionAttributeValues: { ":from": from },
    },
  };
}

/** Stops a lane that is barred: its signer signs nothing more, not even an empty batch. */
export async function stopLane(table: Table, organisation: string, rotation: Rotation, reason: string): Promise<void> {
  await table.update({
    Key: key(organisation),
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
    Key: key(organisation),
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
    Key: key(organisation),
    UpdateExpression: "REMOVE rotation",
    ConditionExpression: "rotation.#to = :to",
    ExpressionAttributeNames: { "#to": "to" },
    ExpressionAttributeValues: { ":to": to },
  });
}

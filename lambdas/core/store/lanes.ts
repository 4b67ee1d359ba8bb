import type { Rotation } from "./rotations.ts";
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

/** The way of a lane from not knowing what was signed before to knowing that none of it can land any more. */
export interface Closing {
  /** Milliseconds since 1970. */
  since: number;
  /** The first nonce at which an empty batch of this closing was mined. */
  first?: number;
}

/** In place of an organisation: the key that administers the book. No organisation's id has this character. */
export const ADMINISTRATOR = "#administrator";

/** Where a lane's row lies. The administrator's is not among those that take operations. */
export function laneKey(organisation: string): Key {
  return { pk: organisation === ADMINISTRATOR ? "administrator" : "lane", sk: organisation };
}

function laneOf(item: Item): Lane {
  const { pk, sk, ...lane } = item;
  return lane as unknown as Lane;
}

export async function readLane(table: Table, organisation: string): Promise<Lane | undefined> {
  const item = await table.get(laneKey(organisation));
  return item && laneOf(item);
}

/** The lane, and what stands at another key at the same moment. */
export async function readLaneBeside(
  table: Table,
  organisation: string,
  beside: Key,
): Promise<{ lane?: Lane; item?: Item }> {
  const [lane, item] = await table.getTogether([laneKey(organisation), beside]);
  return { ...(lane && { lane: laneOf(lane) }), ...(item && { item }) };
}

/** The lane together with the book and the cursor, in one read. */
export async function readStanding(
  table: Table,
  organisation: string,
): Promise<{ book?: Book; cursor?: Cursor; lane?: Lane }> {
  const items = await table.getMany([bookKey, cursorKey, laneKey(organisation)]);
  const [book, cursor, lane] = [bookKey, cursorKey, laneKey(organisation)].map((each) => items.get(nameOf(each)));
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
    await table.put({ ...laneKey(lane.organisation), ...row }, { ConditionExpression: "attribute_not_exists(pk)" });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/** Makes `owner` the lane's only owner, or answers undefined where another one has it. */
export async function takeLane(table: Table, organisation: string, owner: string): Promise<Lane | undefined> {
  try {
    const item = await table.update({
      Key: laneKey(organisation),
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
    Key: laneKey(lane.organisation),
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
      Key: laneKey(lane.organisation),
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
      Key: laneKey(lane.organisation),
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
      Key: laneKey(lane.organisation),
      UpdateExpression: `SET ${["decidedNonce = :decided", ...assignments].join(", ")}${removal}`,
      ConditionExpression: "decidedNonce < :decided AND signer = :signer",
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ExpressionAttributeValues: values,
    },
  };
}

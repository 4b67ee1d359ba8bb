import { randomUUID } from "node:crypto";
import type { Operation } from "../operation.ts";
import type { EnvelopeEntry } from "../chain/envelope.ts";
import { operationItem, readOperations } from "../store/operations.ts";
import { enqueue } from "../store/queue.ts";
import type { Action, Table } from "../store/table.ts";
import { chunks, LARGEST_TRANSACTION, pause, refusals, StoreUnavailable } from "../store/table.ts";
import { gather } from "../store/gather.ts";

/** An operation that is to be stored, and what will stand for it in the envelope. */
export interface Made {
  operation: Operation;
  entry: EnvelopeEntry;
  /** Whether an operation that stands already under this id is the same one. */
  isSame: (standing: Operation) => boolean;
}

/**
 * Stores operations and lets them wait; answers what stands in the store under each id afterwards. Where another one
 * stands under the id of one of several, nothing more is stored.
 */
export type Put = (made: Made[]) => Promise<Operation[]>;

/** The rest of a transaction's actions are the queue's, one a scenario. */
const TOGETHER = LARGEST_TRANSACTION - 10;
/** Rows that come and go while they are put: after so many attempts the client shall try again. */
const MOST_ATTEMPTS = 10;

/**
 * Puts operations together with their place in the queue, in one transaction for as many as arrive together: each is new
 * and waits, or stands already and is answered as it stands.
 * @param woken told whose queue grew
 */
export function putter(table: Table, woken: (organisation: string) => void): Put {
  const queues = new Map<string, (made: Made) => Promise<Operation>>();

  function queueOf(organisation: string) {
    let queue = queues.get(organisation);
    if (!queue) {
      queue = gather(async (made: Made[]) => {
        const stored = await putTogether(table, organisation, made, false);
        return stored.map((operation) => operation!);
      }, TOGETHER);
      queues.set(organisation, queue);
    }
    return queue;
  }

  return async (made) => {
    const { organisation } = made[0]!.operation;
    const stored =
      made.length === 1 ? [await queueOf(organisation)(made[0]!)] : await putInOrder(table, organisation, made);
    woken(organisation);
    return stored;
  };
}

/**
 * Lets operations that stand already wait once more. One that waits or is claimed anyway is not done twice: a lane takes
 * each id once, and none that is decided.
 */
export async function queueAgain(table: Table, woken: (organisation: string) => void, made: Made[]): Promise<void> {
  const { organisation } = made[0]!.operation;
  for (const some of chunks(made, TOGETHER)) await table.transact(waitings(table, organisation, some));
  woken(organisation);
}

/** A batch, one transaction after another, so that its operations wait in the order in which they were sent. */
async function putInOrder(table: Table, organisation: string, made: Made[]): Promise<Operation[]> {
  const stored: Operation[] = [];
  for (const some of chunks(made, TOGETHER)) {
    const standing = await putTogether(table, organisation, some, true);
    stored.push(...standing.filter((operation) => operation !== undefined));
    if (standing.includes(undefined)) break;
  }
  return stored;
}

/** @param alike whether they stand or fall together: then one that is refused for another operation's sake ends it */
async function putTogether(
  table: Table,
  organisation: string,
  made: Made[],
  alike: boolean,
): Promise<(Operation | undefined)[]> {
  const stored = new Map<string, Operation>();
  let left = [...new Map(made.map((each) => [each.operation.id, each])).values()];
  for (let attempt = 0; left.length > 0; attempt++) {
    try {
      const place = randomUUID();
      await table.transact([
        ...left.map(({ operation }) => putNew(table, operation, place, left.length)),
        ...waitings(table, organisation, left, place),
      ]);
      for (const { operation } of left) stored.set(operation.id, operation);
      left = [];
    } catch (error) {
      const reasons = refusals(error);
      if (!reasons) throw error;
      const standing = await standingOf(table, organisation, left, reasons);
      for (const operation of standing) stored.set(operation.id, operation);
      left = left.filter(({ operation }) => !stored.has(operation.id));
      if (alike && standing.some((operation) => !isSame(made, operation))) break;
      if (standing.length > 0) continue;
      if (attempt >= MOST_ATTEMPTS) throw new StoreUnavailable(error);
      await pause(Math.min(500, 5 * 2 ** attempt) * Math.random());
    }
  }
  return made.map(({ operation }) => stored.get(operation.id));
}

function isSame(made: Made[], standing: Operation): boolean {
  return made.find(({ operation }) => operation.id === standing.id)!.isSame(standing);
}

function putNew(table: Table, operation: Operation, place: string, together: number): Action {
  const Item = operationItem(operation, place, together);
  return { Put: { TableName: table.name, Item, ConditionExpression: "attribute_not_exists(pk)" } };
}

/** One queue item for the operations of each scenario. */
function waitings(table: Table, organisation: string, made: Made[], place?: string): Action[] {
  const scenarios = [...new Set(made.map(({ operation }) => operation.scenario))];
  return scenarios.map((scenario) => {
    const entries = made.filter(({ operation }) => operation.scenario === scenario).map(({ entry }) => entry);
    return enqueue(table, organisation, scenario, entries, place);
  });
}

/** The operations that stood already where a put was refused. */
async function standingOf(
  table: Table,
  organisation: string,
  made: Made[],
  reasons: { code: string }[],
): Promise<Operation[]> {
  const refused = made.filter((_, index) => reasons[index]?.code === "ConditionalCheckFailed");
  const ids = refused.map(({ operation }) => operation.id);
  return [...(await readOperations(table, organisation, ids)).values()];
}
